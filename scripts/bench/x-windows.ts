/*
 * Sees windows appear on an X display, as its server tells: a few bytes of the X protocol, so that watching costs the
 * watched nothing. It must not know whose windows they are.
 */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

export interface ShownWindow {
  /** performance.now() at which the server said so. */
  readonly at: number
  readonly width: number
  readonly height: number
}

const createNotify = 16
const mapNotify = 19
const configureNotify = 22

export class XWindows {
  private readonly sizes = new Map<number, { width: number; height: number }>()
  private readonly listeners = new Set<(shown: ShownWindow) => void>()

  private constructor(
    private readonly socket: Socket,
    rest: Buffer,
  ) {
    let bytes = rest
    const read = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      for (; bytes.length >= 32; bytes = bytes.subarray(32)) this.hear(bytes)
    }
    socket.on('data', read)
    read(Buffer.alloc(0))
  }

  /** Watches the top-level windows of the display the environment names. */
  static async watch({ DISPLAY = '', XAUTHORITY = '' }: NodeJS.ProcessEnv): Promise<XWindows> {
    const socket = connect(`/tmp/.X11-unix/X${/:(\d+)/.exec(DISPLAY)?.[1] ?? '0'}`)
    const method = Buffer.from('MIT-MAGIC-COOKIE-1\0\0')
    const hello = Buffer.from([0x6c, 0, 11, 0, 0, 0, 18, 0, 16, 0, 0, 0])
    // The last field of the last entry is the cookie.
    socket.write(Buffer.concat([hello, method, readFileSync(XAUTHORITY).subarray(-16)]))
    const { root, rest } = await welcome(socket)
    const windows = new XWindows(socket, rest)
    // ChangeWindowAttributes of the root window: tell me of its children (SubstructureNotify).
    const ask = Buffer.alloc(16)
    ask.writeUInt8(2, 0)
    ask.writeUInt16LE(4, 2)
    ask.writeUInt32LE(root, 4)
    ask.writeUInt32LE(0x800, 8)
    ask.writeUInt32LE(0x80000, 12)
    socket.write(ask)
    return windows
  }

  /** The next window of a size that a person would call a window. */
  next(): Promise<ShownWindow> {
    return new Promise((resolve) => {
      const listener = (shown: ShownWindow): void => {
        if (shown.width < 100 || shown.height < 100) return
        this.listeners.delete(listener)
        resolve(shown)
      }
      this.listeners.add(listener)
    })
  }

  close(): void {
    this.socket.destroy()
  }

  private hear(event: Buffer): void {
    const kind = event.readUInt8(0) & 0x7f
    const window = event.readUInt32LE(8)
    if (kind === createNotify || kind === configureNotify) {
      const at = kind === createNotify ? 16 : 20
      this.sizes.set(window, { width: event.readUInt16LE(at), height: event.readUInt16LE(at + 2) })
    } else if (kind === mapNotify) {
      const shown = { at: performance.now(), ...(this.sizes.get(window) ?? { width: 0, height: 0 }) }
      for (const listener of [...this.listeners]) listener(shown)
    }
  }
}

/** The server's answer to a connection: all of it is read, only the first screen's root window is wanted. */
function welcome(socket: Socket): Promise<{ root: number; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const read = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length < 8) return
      const end = 8 + bytes.readUInt16LE(6) * 4
      if (bytes.length < end) return
      socket.off('data', read)
      if (bytes.readUInt8(0) !== 1)
        return reject(new Error(`the display refused: ${bytes.subarray(8, end).toString()}`))
      const vendor = Math.ceil(bytes.readUInt16LE(24) / 4) * 4
      const screens = 40 + vendor + bytes.readUInt8(29) * 8
      resolve({ root: bytes.readUInt32LE(screens), rest: bytes.subarray(end) })
    }
    socket.on('data', read)
    socket.once('error', reject)
  })
}
