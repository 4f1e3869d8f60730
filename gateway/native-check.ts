/*
 * Whether the native libraries work on this computer, shown by using them: data through a WebRTC connection to ourselves, and a value
 * through a database in a folder that goes away again.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** ms it took, or in words why it does not work. */
export type NativeCheck = Readonly<Record<'webrtc' | 'database', number | string>>

const limitMs = 10_000
const greeting = 'hello'

export async function checkNatives(): Promise<NativeCheck> {
  const [webrtc, database] = await Promise.all([timed(exchangeData), timed(keepValue)])
  return { webrtc, database }
}

async function timed(task: () => Promise<void>): Promise<number | string> {
  const began = performance.now()
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${limitMs} ms`)), limitMs)
  })
  try {
    await Promise.race([task(), limit])
    return Math.round(performance.now() - began)
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 500) : 'failed'
  } finally {
    clearTimeout(timer)
  }
}

async function exchangeData(): Promise<void> {
  const { PeerConnection } = await import('node-datachannel')
  const configuration = { iceServers: [], bindAddress: '127.0.0.1' }
  const [a, b] = [new PeerConnection('a', configuration), new PeerConnection('b', configuration)]
  a.onLocalDescription((sdp, type) => b.setRemoteDescription(sdp, type))
  b.onLocalDescription((sdp, type) => a.setRemoteDescription(sdp, type))
  a.onLocalCandidate((candidate, mid) => b.addRemoteCandidate(candidate, mid))
  b.onLocalCandidate((candidate, mid) => a.addRemoteCandidate(candidate, mid))
  await new Promise<void>((resolve, reject) => {
    b.onDataChannel((channel) => channel.onMessage((message) => void channel.sendMessage(String(message))))
    const channel = a.createDataChannel('check')
    channel.onOpen(() => void channel.sendMessage(greeting))
    channel.onMessage((message) => (message === greeting ? resolve() : reject(new Error('another message came back'))))
  })
  a.close()
  b.close()
}

async function keepValue(): Promise<void> {
  const { open } = await import('lmdb')
  const folder = await mkdtemp(join(tmpdir(), 'patchcord-check-'))
  try {
    const database = open({ path: join(folder, 'check'), encoding: 'string' })
    await database.put('key', greeting)
    if (database.get('key') !== greeting) throw new Error('another value came back')
    await database.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
