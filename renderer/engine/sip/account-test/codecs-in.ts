/*
 * Which codecs a description of sound names (RFC 8866), in its order, and which of them this phone speaks. Pure.
 */
export interface NamedCodec {
  readonly name: string
  readonly spoken: boolean
}

const fixed: Readonly<Record<string, string>> = {
  '0': 'PCMU',
  '3': 'GSM',
  '4': 'G723',
  '8': 'PCMA',
  '9': 'G722',
  '13': 'CN',
  '18': 'G729',
}
const spoken = new Set(['opus', 'g722', 'pcmu', 'pcma'])
/** No codecs for voices. */
const beside = new Set(['telephone-event', 'cn', 'red', 'ulpfec'])

/** Of the first line of sound that is not refused. */
export function codecsIn(sdp: string): NamedCodec[] {
  const section = sdp.split(/^(?=m=)/m).find((part) => /^m=audio (?!0[ /])/.test(part))
  if (section === undefined) return []
  const types = (/^m=audio \S+ \S+ ([^\r\n]*)/.exec(section)?.[1] ?? '').trim().split(/\s+/).slice(0, 64)
  const names = new Map([...section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)/gm)].map(([, type, name]) => [type, name]))
  return types
    .map((type) => names.get(type) ?? fixed[type] ?? '')
    .filter((name) => name !== '' && !beside.has(name.toLowerCase()))
    .map((name) => ({ name, spoken: spoken.has(name.toLowerCase()) }))
}
