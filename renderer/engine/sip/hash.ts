/*
 * MD5, SHA-256 and SHA-512/256 of a UTF-8 string, as lower-case hex. Digest authentication needs them at once, inside a callback,
 * and the platform's own (WebCrypto) answer later and know neither MD5 nor SHA-512/256. For nothing but that purpose.
 */

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** RFC 1321 and FIPS 180-4 padding: a one bit, zeros, the length in bits. */
const pad = (bytes: Uint8Array, block: number, littleEndian: boolean): DataView => {
  const lengthField = block / 8
  const size = Math.ceil((bytes.length + 1 + lengthField) / block) * block
  const padded = new Uint8Array(size)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(size - 8, BigInt(bytes.length) * 8n, littleEndian)
  return view
}

const at = <T>(list: ArrayLike<T>, index: number): T => list[index] as T
const hex32 = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')

const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const md5Constants = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32))

/** RFC 1321. */
export const md5 = (text: string): string => {
  const view = pad(utf8(text), 64, true)
  let [a0, b0, c0, d0] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476]
  for (let block = 0; block < view.byteLength; block += 64) {
    let [a, b, c, d] = [a0, b0, c0, d0]
    for (let i = 0; i < 64; i++) {
      const round = i >> 4
      const [mix, word] =
        round === 0
          ? [(b & c) | (~b & d), i]
          : round === 1
            ? [(d & b) | (~d & c), (5 * i + 1) % 16]
            : round === 2
              ? [b ^ c ^ d, (3 * i + 5) % 16]
              : [c ^ (b | ~d), (7 * i) % 16]
      const sum = (a + mix + at(md5Constants, i) + view.getInt32(block + word * 4, true)) | 0
      const shift = at(md5Shifts, round * 4 + (i % 4))
      ;[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0]
    }
    ;[a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0]
  }
  const out = new DataView(new ArrayBuffer(16))
  for (const [i, word] of [a0, b0, c0, d0].entries()) out.setInt32(i * 4, word, true)
  return [0, 4, 8, 12].map((offset) => hex32(out.getUint32(offset))).join('')
}

const integerRoot = (value: bigint, degree: bigint): bigint => {
  let low = 0n
  let high = 1n << 80n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** degree <= value) low = middle
    else high = middle - 1n
  }
  return low
}

const MASK = (1n << 64n) - 1n

/** FIPS 180-4 section 4.2.3: 64 bits of the fractions of the cube roots of the first 80 primes; likewise square roots, 5.3.5. */
const constants = (() => {
  let made: { readonly cubes: readonly bigint[]; readonly squares: readonly bigint[] } | null = null
  return () => {
    if (made) return made
    const primes: bigint[] = []
    for (let n = 2n; primes.length < 80; n++) if (primes.every((prime) => n % prime !== 0n)) primes.push(n)
    const cubes = primes.map((prime) => integerRoot(prime << 192n, 3n) & MASK)
    const squares = primes.slice(0, 8).map((prime) => integerRoot(prime << 128n, 2n) & MASK)
    made = { cubes, squares }
    return made
  }
})()

const rotate32 = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** FIPS 180-4 section 6.2. */
export const sha256 = (text: string): string => {
  const { cubes, squares } = constants()
  const k = Int32Array.from(cubes.slice(0, 64), (cube) => Number(cube >> 32n))
  const state = Int32Array.from(squares, (square) => Number(square >> 32n))
  const view = pad(utf8(text), 64, false)
  const w = new Int32Array(64)
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block + t * 4)
    for (let t = 16; t < 64; t++) {
      const [x, y] = [at(w, t - 15), at(w, t - 2)]
      const s0 = rotate32(x, 7) ^ rotate32(x, 18) ^ (x >>> 3)
      const s1 = rotate32(y, 17) ^ rotate32(y, 19) ^ (y >>> 10)
      w[t] = at(w, t - 16) + s0 + at(w, t - 7) + s1
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
    for (let t = 0; t < 64; t++) {
      const s1 = rotate32(e, 6) ^ rotate32(e, 11) ^ rotate32(e, 25)
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(k, t) + at(w, t)) | 0
      const s0 = rotate32(a, 2) ^ rotate32(a, 13) ^ rotate32(a, 22)
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = at(state, i) + word
  }
  return [...state].map(hex32).join('')
}

const rotate64 = (word: bigint, by: bigint): bigint => ((word >> by) | (word << (64n - by))) & MASK

const sha512State = (bytes: Uint8Array, initial: readonly bigint[]): bigint[] => {
  const { cubes } = constants()
  const view = pad(bytes, 128, false)
  const state = [...initial]
  const w: bigint[] = []
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let t = 0; t < 16; t++) w[t] = view.getBigUint64(block + t * 8)
    for (let t = 16; t < 80; t++) {
      const [x, y] = [at(w, t - 15), at(w, t - 2)]
      const s0 = rotate64(x, 1n) ^ rotate64(x, 8n) ^ (x >> 7n)
      const s1 = rotate64(y, 19n) ^ rotate64(y, 61n) ^ (y >> 6n)
      w[t] = (at(w, t - 16) + s0 + at(w, t - 7) + s1) & MASK
    }
    let [a, b, c, d, e, f, g, h] = state as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]
    for (let t = 0; t < 80; t++) {
      const s1 = rotate64(e, 14n) ^ rotate64(e, 18n) ^ rotate64(e, 41n)
      const t1 = (h + s1 + ((e & f) ^ (~e & MASK & g)) + at(cubes, t) + at(w, t)) & MASK
      const s0 = rotate64(a, 28n) ^ rotate64(a, 34n) ^ rotate64(a, 39n)
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) & MASK
      ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & MASK, c, b, a, (t1 + t2) & MASK]
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = (at(state, i) + word) & MASK
  }
  return state
}

/** FIPS 180-4 section 6.7; its initial value is made as section 5.3.6 says. */
export const sha512256 = (text: string): string => {
  const seed = constants().squares.map((word) => word ^ 0xa5a5a5a5a5a5a5a5n)
  const state = sha512State(utf8(text), sha512State(utf8('SHA-512/256'), seed))
  return state
    .slice(0, 4)
    .map((word) => word.toString(16).padStart(16, '0'))
    .join('')
}
