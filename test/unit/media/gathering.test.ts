/* A description waits for its candidates, but not longer than a person would notice. */
import { describe, expect, it } from 'vitest'
import { gatherCandidates, gatheringLimitMs, quietMs, type Gathering } from '../../../renderer/engine/media/gathering'
import { ManualClock, settle } from '../../fakes/manual-clock'

class Peer extends EventTarget implements Gathering {
  iceGatheringState: RTCIceGatheringState = 'gathering'
  localDescription = { sdp: 'v=0\r\n' }

  find(type: string, protocol = 'udp'): void {
    const number = this.localDescription.sdp.length
    this.localDescription.sdp += `a=candidate:${number} 1 ${protocol} 1 10.0.0.1 4000 typ ${type}\r\n`
    this.dispatchEvent(new Event('icecandidate'))
  }

  complete(): void {
    this.iceGatheringState = 'complete'
    this.dispatchEvent(new Event('icegatheringstatechange'))
  }
}

function gather(hasServers: boolean): { peer: Peer; clock: ManualClock; isDone: () => Promise<boolean> } {
  const peer = new Peer()
  const clock = new ManualClock()
  let done = false
  void gatherCandidates(peer, hasServers, clock).then(() => (done = true))
  return { peer, clock, isDone: async () => (await settle(), done) }
}

describe('gathering', () => {
  it('ends when the browser says so', async () => {
    const { peer, clock, isDone } = gather(true)
    peer.find('host')
    expect(await isDone()).toBe(false)
    peer.complete()
    expect(await isDone()).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('ends with the first server-reflexive candidate', async () => {
    const { peer, isDone } = gather(true)
    peer.find('host')
    peer.find('srflx')
    expect(await isDone()).toBe(true)
  })

  it('without servers ends when no further host candidate comes', async () => {
    const { peer, clock, isDone } = gather(false)
    peer.find('host')
    clock.advance(quietMs - 1)
    peer.find('host')
    clock.advance(quietMs - 1)
    expect(await isDone()).toBe(false)
    peer.find('host', 'tcp')
    clock.advance(1)
    expect(await isDone()).toBe(true)
  })

  it('with servers does not mistake the host candidates for the end', async () => {
    const { peer, clock, isDone } = gather(true)
    peer.find('host')
    clock.advance(gatheringLimitMs - 1)
    expect(await isDone()).toBe(false)
    clock.advance(1)
    expect(await isDone()).toBe(true)
  })

  it('after a restart does not take the old end for the new one', async () => {
    const peer = new Peer()
    peer.iceGatheringState = 'complete'
    const clock = new ManualClock()
    let done = false
    void gatherCandidates(peer, true, clock).then(() => (done = true))
    await settle()
    expect(done).toBe(false)
    peer.find('host')
    await settle()
    expect(done).toBe(true)
  })
})
