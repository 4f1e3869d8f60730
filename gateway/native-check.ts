/*
 * Whether the native libraries work on this computer, shown by using them: data through a WebRTC connection to ourselves, and a value
 * through a database in a folder that goes away again.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerConnection } from 'node-datachannel'

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
  const [offered, answered] = [gathered(a), gathered(b)]
  const heard = new Promise<void>((resolve, reject) => {
    b.onDataChannel((channel) => channel.onMessage((message) => void channel.sendMessage(String(message))))
    const channel = a.createDataChannel('check')
    channel.onOpen(() => void channel.sendMessage(greeting))
    channel.onMessage((message) => (message === greeting ? resolve() : reject(new Error('another message came back'))))
  })
  // Whole descriptions, because a candidate can outrun its own; and the offer without, so that nobody calls before our end knows the answer.
  b.setRemoteDescription((await offered).replace(/^a=candidate:.*\r?\n/gm, ''), 'offer')
  a.setRemoteDescription(await answered, 'answer')
  await heard
  a.close()
  b.close()
}

/** The description of this end once it holds all its addresses. */
function gathered(peer: PeerConnection): Promise<string> {
  return new Promise((resolve) =>
    peer.onGatheringStateChange((state) => void (state === 'complete' && resolve(peer.localDescription()?.sdp ?? ''))),
  )
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
