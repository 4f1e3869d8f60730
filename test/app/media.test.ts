/*
 * The sound of calls in a real Chromium: a microphone that says a known tone, and far ends that tell which tone they hear.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MediaWindow } from '../support/media/media-window'
import type { both as Both, lab as Lab, loud as Loud, silent as Silent } from '../support/media/page'

/** Live in the page, where the functions given to `evaluate` run. */
declare const lab: typeof Lab
declare const loud: typeof Loud
declare const silent: typeof Silent
declare const both: typeof Both

let media: MediaWindow
beforeAll(async () => {
  media = await MediaWindow.open({ microphone: 440 })
})
afterEach(async () => {
  await media.page.evaluate(() => lab.clear())
})
afterAll(async () => {
  await media?.close()
})

describe('a call', () => {
  it('is heard at both ends', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd({ tone: 1000 })
      const call = await lab.callTo(await lab.engine(), end)
      const there = await lab.until(() => end.hears(), loud)
      const here = await lab.until(() => lab.played(), loud)
      return { there, here, warnings: lab.warnings, quality: await call.stats(), events: call.telephoneEvents }
    })
    expect(heard.there.hertz).toBe(440)
    expect(heard.there.loudness).toBeGreaterThan(-30)
    expect(heard.here.hertz).toBe(1000)
    expect(heard.here.loudness).toBeGreaterThan(-30)
    expect(heard.warnings).toEqual([])
    expect(heard.quality.codec).toBe('opus')
    expect(heard.quality.packetsSent).toBeGreaterThan(0)
    expect(heard.quality.mos).toBeGreaterThan(4)
    expect(heard.events).toBe(true)
  })

  it('between two of ours is heard at both ends, held by both and resumed by both', async () => {
    const heard = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      const [caller, callee] = [engine.createCallMedia(), engine.createCallMedia()]
      await caller.openMicrophone()
      const offer = (await caller.getDescription()).body
      await callee.prepare(offer)
      await callee.openMicrophone()
      await callee.setDescription(offer)
      await caller.setDescription((await callee.getDescription()).body)
      await Promise.all([caller.connected, callee.connected])
      caller.setAudio(true)
      callee.setAudio(true)
      const [atCaller, atCallee] = lab.elements
      const hear = async (expected: typeof loud): Promise<boolean[]> => [
        loud(await lab.until(() => lab.played(atCaller), expected)),
        loud(await lab.until(() => lab.played(atCallee), expected)),
      ]
      const hold = async (from: typeof caller, to: typeof caller, held: boolean): Promise<void> => {
        from.setHeld(held)
        await to.setDescription((await from.getDescription()).body)
        await from.setDescription((await to.getDescription()).body)
      }
      const talking = await hear(loud)
      await hold(caller, callee, true)
      await hold(callee, caller, true)
      const held = [caller.remoteHeld, callee.remoteHeld]
      const silence = await hear(silent)
      await hold(caller, callee, false)
      const half = [caller.remoteHeld, callee.remoteHeld]
      await hold(callee, caller, false)
      return { talking, held, silence, half, after: [caller.remoteHeld, callee.remoteHeld], again: await hear(loud) }
    })
    expect(heard).toEqual({
      talking: [true, true],
      held: [true, true],
      silence: [false, false],
      half: [true, false],
      after: [false, false],
      again: [true, true],
    })
  })

  it('is silent in both directions until its sound is on, and again when it is off', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const call = await lab.callTo(await lab.engine(), end)
      call.setAudio(false)
      const before = await both(end, silent)
      call.setAudio(true)
      const on = await both(end, loud)
      call.setAudio(false)
      return { before, on, off: await both(end, silent) }
    })
    expect(heard.before).toEqual({ there: false, here: false })
    expect(heard.on).toEqual({ there: true, here: true })
    expect(heard.off).toEqual({ there: false, here: false })
  })

  it('that is muted is silent there and heard here, and the other call goes on', async () => {
    const heard = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      const [one, two] = [lab.farEnd({ tone: 1000 }), lab.farEnd({ tone: 1500 })]
      const call = await lab.callTo(engine, one)
      const element = lab.elements.at(-1)
      await lab.callTo(engine, two)
      call.setMuted(true)
      const muted = await lab.until(() => one.hears(), silent)
      const here = await lab.until(() => lab.played(element), loud)
      const other = await lab.until(() => two.hears(), loud)
      call.setMuted(false)
      return { muted, here, other, again: await lab.until(() => one.hears(), loud) }
    })
    expect(heard.muted.loudness).toBeLessThan(-80)
    expect(heard.here.hertz).toBe(1000)
    expect(heard.other.hertz).toBe(440)
    expect(heard.again.hertz).toBe(440)
  })

  it('that is held is silent at once, says sendonly, and comes back', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const call = await lab.callTo(await lab.engine(), end)
      call.setHeld(true)
      const cut = await both(end, silent)
      const hold = (await call.getDescription()).body
      await call.setDescription(await end.answer(hold, 'recvonly'))
      // The far end refreshes while held: the answer may not take the hold away.
      await call.setDescription(await end.offer('sendrecv'))
      const refresh = (await call.getDescription()).body
      await end.accept(refresh)
      call.setHeld(false)
      const resume = (await call.getDescription()).body
      await call.setDescription(await end.answer(resume))
      const lines = [hold, refresh, resume].map((sdp) => /a=(send\w+|recv\w+|inactive)/.exec(sdp)?.[1])
      return { cut, lines, back: await both(end, loud), remoteHeld: call.remoteHeld }
    })
    expect(heard.cut).toEqual({ there: false, here: false })
    expect(heard.lines).toEqual(['sendonly', 'sendonly', 'sendrecv'])
    expect(heard.back).toEqual({ there: true, here: true })
    expect(heard.remoteHeld).toBe(false)
  })

  it('that the far end holds knows it, with both holding too', async () => {
    const seen = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const call = await lab.callTo(await lab.engine(), end)
      const answer = async (direction: RTCRtpTransceiverDirection): Promise<string | undefined> => {
        await call.setDescription(await end.offer(direction))
        const { body } = await call.getDescription()
        await end.accept(body)
        return /a=(send\w+|recv\w+|inactive)/.exec(body)?.[1]
      }
      const held = [await answer('sendonly'), call.remoteHeld]
      call.setHeld(true)
      const ours = (await call.getDescription()).body
      await call.setDescription(await end.answer(ours, 'inactive'))
      const bothHeld = [/a=(send\w+|recv\w+|inactive)/.exec(ours)?.[1], call.remoteHeld]
      const resumed = [await answer('sendrecv'), call.remoteHeld]
      return { held, bothHeld, resumed }
    })
    expect(seen.held).toEqual(['recvonly', true])
    expect(seen.bothHeld).toEqual(['inactive', true])
    expect(seen.resumed).toEqual(['sendonly', false])
  })

  it('speaks PCMU with someone who knows nothing else', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd({ tone: 1000, codecs: ['PCMU'] })
      const call = await lab.callTo(await lab.engine(), end)
      const there = await lab.until(() => end.hears(), loud)
      return { there, codec: (await call.stats()).codec, events: call.telephoneEvents, sent: call.sendDtmf('1') }
    })
    expect(heard.there.hertz).toBe(440)
    expect(heard.codec).toBe('PCMU')
    expect(heard.events).toBe(false)
    expect(heard.sent).toBe(false)
  })

  it('offers Opus, G.722, PCMU, PCMA, events and comfort noise, and answers in the order of the offer', async () => {
    const orders = await media.page.evaluate(async () => {
      const names = (sdp: string): string[] => [
        ...new Set(
          (/m=audio \S+ \S+ (.*)/.exec(sdp)?.[1] ?? '')
            .trim()
            .split(' ')
            .map((type) => new RegExp(`a=rtpmap:${type} ([^/]+)`).exec(sdp)?.[1] ?? type),
        ),
      ]
      const engine = await lab.engine()
      const offer = (await engine.createCallMedia().getDescription()).body
      const call = engine.createCallMedia()
      await call.setDescription(await lab.farEnd({ tone: 1000, codecs: ['PCMA', 'PCMU', 'OPUS'] }).offer())
      const theirs = (await lab.farEnd({ tone: 1000, codecs: ['PCMA', 'PCMU', 'OPUS'] }).offer()) ?? ''
      return { offer: names(offer), theirs: names(theirs), answer: names((await call.getDescription()).body) }
    })
    expect(orders.offer).toEqual(['opus', 'G722', 'PCMU', 'PCMA', 'telephone-event', 'CN'])
    expect(orders.answer).toEqual(orders.theirs)
  })

  it('sends digits as events, each one once', async () => {
    const played = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const call = await lab.callTo(await lab.engine(), end)
      const tones: string[] = []
      const sender = lab.connections[0]?.getSenders()[0]?.dtmf
      sender?.addEventListener('tonechange', ({ tone }) => void (tone && tones.push(tone)))
      const before = await end.packetsReceived()
      const queued = [call.sendDtmf('12'), call.sendDtmf('3#'), call.sendDtmf('x')]
      await lab.until(
        () => tones.length,
        (count) => count >= 4,
      )
      return { queued, tones: tones.join(''), packets: (await end.packetsReceived()) - before }
    })
    expect(played.queued).toEqual([true, true, false])
    expect(played.tones).toBe('123#')
    expect(played.packets).toBeGreaterThan(0)
  })

  it('keeps its sound through an ICE restart', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const call = await lab.callTo(await lab.engine(), end)
      await lab.until(() => end.hears(), loud)
      const before = lab.connections[0]?.localDescription?.sdp ?? ''
      const { body } = await call.getDescription({ iceRestart: true })
      await call.setDescription(await end.answer(body))
      const user = (sdp: string): string | undefined => /a=ice-ufrag:(\S+)/.exec(sdp)?.[1]
      const packets = await end.packetsReceived()
      const rising = await lab.until(
        () => end.packetsReceived(),
        (count) => count > packets + 25,
      )
      return {
        renewed: user(before) !== user(body),
        candidates: body.includes('a=candidate'),
        rising: rising > packets + 25,
        sound: await both(end, loud),
      }
    })
    expect(heard).toEqual({ renewed: true, candidates: true, rising: true, sound: { there: true, here: true } })
  })

  it('takes back an offer that was refused', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const call = await lab.callTo(await lab.engine(), end)
      call.setHeld(true)
      await call.getDescription()
      await call.rollbackDescription()
      call.setHeld(false)
      await call.rollbackDescription()
      await call.setDescription(await end.offer())
      await end.accept((await call.getDescription()).body)
      return both(end, loud)
    })
    expect(heard).toEqual({ there: true, here: true })
  })

  it('goes on with another phone when a re-INVITE brings one that the old connection refuses', async () => {
    const heard = await media.page.evaluate(async () => {
      const [one, two] = [lab.farEnd({ tone: 1000 }), lab.farEnd({ tone: 1500 })]
      const call = await lab.callTo(await lab.engine(), one)
      const offer = (await two.offer())
        .replaceAll('a=mid:0', 'a=mid:other')
        .replace('BUNDLE 0', 'BUNDLE other')
        .replace(/a=extmap:.*sdes:mid\r\n/, '')
      await call.setDescription(offer)
      const answer = (await call.getDescription()).body
      await two.accept(answer.replaceAll('a=mid:other', 'a=mid:0').replace('BUNDLE other', 'BUNDLE 0'))
      const there = await lab.until(() => two.hears(), loud)
      const here = await lab.until(() => lab.played(), loud)
      return { there, here, states: lab.connections.map((connection) => connection.connectionState) }
    })
    expect(heard.there.hertz).toBe(440)
    expect(heard.here.hertz).toBe(1500)
    expect(heard.states).toEqual(['closed', 'connected'])
  })

  it('leaves nothing behind', async () => {
    const left = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      const end = lab.farEnd()
      const call = await lab.callTo(engine, end)
      let late = 0
      call.onConnectionChange(() => late++)
      const track = lab.connections[0]?.getSenders()[0]?.track
      call.close()
      call.close()
      await lab.until(
        () => track?.readyState,
        (state) => state === 'ended',
      )
      return {
        connection: call.connection,
        state: lab.connections[0]?.connectionState,
        track: track?.readyState,
        stats: await call.stats(),
        late,
        refused: await call.getDescription().catch((error: { code: string }) => error.code),
        playing: lab.elements[0]?.srcObject !== null,
      }
    })
    expect(left).toMatchObject({
      connection: 'closed',
      state: 'closed',
      track: 'ended',
      late: 0,
      refused: 'media-failed',
      playing: false,
    })
    expect(left.stats.packetsSent).toBe(0)
  })
})

describe('a thousand calls', () => {
  it('that ring and go use nothing up', async () => {
    const last = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const offer = await end.offer()
      const engine = await lab.engine()
      for (let count = 0; count < 1000; count++) {
        const call = engine.createCallMedia()
        await call.prepare(offer)
        call.close()
        lab.connections.length = lab.elements.length = 0
      }
      const call = engine.createCallMedia()
      await call.openMicrophone()
      await call.setDescription(offer)
      await end.accept((await call.getDescription()).body)
      await call.connected
      call.setAudio(true)
      return both(end, loud)
    })
    expect(last).toEqual({ there: true, here: true })
  })
})

describe('a call that comes in', () => {
  it('prepares while it rings without microphone or packets, and is heard after the answer', async () => {
    const heard = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      const end = lab.farEnd()
      const call = engine.createCallMedia()
      const offer = await end.offer()
      await call.prepare(offer)
      await new Promise((resolve) => setTimeout(resolve, 300))
      const ringing = {
        remoteCandidates: lab.connections[0]?.remoteDescription?.sdp.includes('a=candidate'),
        track: lab.connections[0]?.getSenders()[0]?.track === null,
        ice: lab.connections[0]?.iceConnectionState,
      }
      const began = performance.now()
      const opened = await call.openMicrophone()
      await call.setDescription(offer)
      const { body } = await call.getDescription()
      const answered = performance.now() - began
      await end.accept(body)
      await call.connected
      call.setAudio(true)
      return { ringing, opened: opened.ok, answered, sound: await both(end, loud), sdp: body }
    })
    expect(heard.ringing).toEqual({ remoteCandidates: false, track: true, ice: 'new' })
    expect(heard.opened).toBe(true)
    expect(heard.sound).toEqual({ there: true, here: true })
    expect(heard.sdp).toMatch(/a=sendrecv/)
    expect(heard.sdp).toMatch(/a=candidate:/)
    expect(heard.sdp).toMatch(/a=ssrc:\d+ cname:/)
  })

  it('without an offer gets ours', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const call = (await lab.engine()).createCallMedia()
      await call.prepare(null)
      await call.openMicrophone()
      const first = (await call.getDescription()).body
      const again = (await call.getDescription()).body
      await call.setDescription(await end.answer(first))
      await call.connected
      call.setAudio(true)
      return { same: first === again, sound: await both(end, loud) }
    })
    expect(heard).toEqual({ same: true, sound: { there: true, here: true } })
  })

  it('with video is answered with sound alone', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd()
      const call = (await lab.engine()).createCallMedia()
      await call.openMicrophone()
      await call.setDescription(await end.offer('sendrecv', true))
      const { body } = await call.getDescription()
      await end.accept(body)
      await call.connected
      call.setAudio(true)
      return { lines: body.match(/^m=\w+ \d+/gm), sound: await both(end, loud) }
    })
    expect(heard.lines).toEqual([expect.stringMatching(/^m=audio [1-9]/), 'm=video 0'])
    expect(heard.sound).toEqual({ there: true, here: true })
  })

  it('without a DTLS fingerprint is known as one without WebRTC', async () => {
    const codes = await media.page.evaluate(async () => {
      const offer = await lab.farEnd().offer()
      const refusal = async (sdp: string): Promise<unknown> => {
        const call = (await lab.engine()).createCallMedia()
        return call.prepare(sdp).catch((error: { code: string; message: string }) => [error.code, error.message])
      }
      return {
        plain: await refusal(offer.replace(/a=fingerprint.*\r\n/g, '')),
        noMux: await refusal(offer.replace('a=rtcp-mux\r\n', '')),
        foreign: await refusal(
          offer.replace(/(m=audio \d+ \S+ ).*/, '$196').replace(/a=(rtpmap|fmtp|rtcp-fb):.*\r\n/g, '') +
            'a=rtpmap:96 AMR-WB/16000\r\n',
        ),
        garbage: await refusal('hello'),
      }
    })
    expect(codes.plain).toEqual(['no-webrtc', expect.not.stringContaining('a=')])
    expect(codes.noMux).toEqual(['not-acceptable', expect.not.stringContaining('a=')])
    expect(codes.foreign).toEqual(['not-acceptable', 'no common codec'])
    expect(codes.garbage).toEqual(['not-acceptable', expect.not.stringContaining('hello')])
  })
})

describe('a call that forks', () => {
  it('plays the early media of the first fork, and then whoever answers', async () => {
    const heard = await media.page.evaluate(async () => {
      const result = []
      for (const answers of ['one', 'two'] as const) {
        const ends = { one: lab.farEnd({ tone: 1000 }), two: lab.farEnd({ tone: 1500 }) }
        const call = (await lab.engine()).createCallMedia()
        await call.openMicrophone()
        const { body } = await call.getDescription()
        call.setAudio(true)
        const first = await ends.one.answer(body)
        await call.setEarlyDescription(first)
        const early = await lab.until(() => lab.played(), loud)
        const second = await ends.two.answer(body)
        await call.setEarlyDescription(second)
        const other = await lab.played()
        // The server cancels the phones that did not answer.
        ends[answers === 'one' ? 'two' : 'one'].close()
        await call.setDescription({ one: first, two: second }[answers])
        const tone = { one: 1000, two: 1500 }[answers]
        const here = await lab.until(
          () => lab.played(),
          ({ hertz }) => hertz === tone,
          10_000,
        )
        const there = await lab.until(() => ends[answers].hears(), loud)
        result.push([early, other, here, there].map(({ hertz }) => hertz))
        lab.clear()
      }
      return result
    })
    expect(heard).toEqual([
      [1000, 1000, 1000, 440],
      [1000, 1000, 1500, 440],
    ])
  })

  it('plays the second fork when the first fell silent', async () => {
    const heard = await media.page.evaluate(async () => {
      const [one, two] = [lab.farEnd({ tone: 1000 }), lab.farEnd({ tone: 1500 })]
      const call = (await lab.engine()).createCallMedia()
      await call.openMicrophone()
      const { body } = await call.getDescription()
      call.setAudio(true)
      await call.setEarlyDescription(await one.answer(body))
      await lab.until(() => lab.played(), loud)
      one.close()
      await new Promise((resolve) => setTimeout(resolve, 200))
      const second = await two.answer(body)
      await call.setEarlyDescription(second)
      const early = await lab.until(
        () => lab.played(),
        ({ hertz }) => hertz === 1500,
      )
      await call.setDescription(second)
      return { early, there: await lab.until(() => two.hears(), loud) }
    })
    expect(heard.early.hertz).toBe(1500)
    expect(heard.there.hertz).toBe(440)
  })
})

describe('the microphone', () => {
  it('is open while a call needs it and closed after the last', async () => {
    const seen = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      let opened = 0
      const tracks: MediaStreamTrack[] = []
      const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        opened++
        const stream = await native(constraints)
        tracks.push(...stream.getTracks())
        return stream
      }
      const calls = [engine.createCallMedia(), engine.createCallMedia()]
      const before = opened
      await Promise.all(calls.map((call) => call.openMicrophone()))
      calls[0]?.close()
      await new Promise((resolve) => setTimeout(resolve, 50))
      const during = tracks.map((track) => track.readyState)
      calls[1]?.close()
      await lab.until(
        () => tracks[0]?.readyState,
        (state) => state === 'ended',
      )
      navigator.mediaDevices.getUserMedia = native
      return { before, opened, during, after: tracks.map((track) => track.readyState) }
    })
    expect(seen).toEqual({ before: 0, opened: 1, during: ['live'], after: ['ended'] })
  })

  it('changes under a live call without silence there, and keeps a mute', async () => {
    const heard = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      const end = lab.farEnd()
      const call = await lab.callTo(engine, end)
      const sender = lab.connections[0]?.getSenders()[0]
      const [before] = [sender?.track]
      const devices = await navigator.mediaDevices.enumerateDevices()
      const other = devices.find(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== 'default')
      const microphone = { id: other?.deviceId ?? '', label: other?.label ?? '' }
      const used = await engine.useAudio({ ...lab.plainAudio, microphone })
      const after = sender?.track
      const there = await lab.until(
        () => end.hears(),
        (heard) => heard.loudness > -100,
      )
      call.setMuted(true)
      await engine.useAudio({ ...lab.plainAudio, noiseSuppression: true })
      return {
        used: used.ok,
        label: other?.label,
        moved: before !== after && after?.label === other?.label && before?.readyState === 'ended',
        there,
        muted: await lab.until(() => end.hears(), silent),
        enabled: sender?.track?.enabled,
      }
    })
    expect(heard).toMatchObject({ used: true, moved: true, enabled: false })
    expect(heard.muted.loudness).toBeLessThan(-80)
  })

  it('that dies is replaced by the default', async () => {
    const heard = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      const end = lab.farEnd()
      const sources: MediaStreamTrack[] = []
      const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        const stream = await native(constraints)
        sources.push(...stream.getTracks())
        return stream
      }
      await lab.callTo(engine, end)
      await lab.until(() => end.hears(), loud)
      const before = lab.connections[0]?.getSenders()[0]?.track
      // What the browser does when a device is unplugged: the track ends by itself.
      sources[0]?.stop()
      sources[0]?.dispatchEvent(new Event('ended'))
      await lab.until(
        () => lab.connections[0]?.getSenders()[0]?.track,
        (track) => track !== before,
      )
      const there = await lab.until(() => end.hears(), loud)
      navigator.mediaDevices.getUserMedia = native
      return { opened: sources.length, there }
    })
    expect(heard.opened).toBe(2)
    expect(heard.there.hertz).toBe(440)
  })

  it('that cannot be had says why', async () => {
    const codes = await media.page.evaluate(async () => {
      const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      const codes: unknown[] = []
      for (const name of ['NotAllowedError', 'NotFoundError', 'NotReadableError']) {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', name))
        const call = (await lab.engine()).createCallMedia()
        const first = await call.openMicrophone()
        navigator.mediaDevices.getUserMedia = native
        const second = await call.openMicrophone()
        codes.push([first.ok ? 'open' : first.code, second.ok])
      }
      return codes
    })
    expect(codes).toEqual([
      ['microphone-denied', true],
      ['microphone-missing', true],
      ['microphone-busy', true],
    ])
  })

  it('is measured while settings look, and the echo test plays what it heard', async () => {
    const seen = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      const levels: { microphone: number; speaker: number }[] = []
      engine.onLevel((level) => levels.push(level))
      await engine.setMeter(true)
      await lab.until(
        () => levels.at(-1)?.microphone ?? -100,
        (level) => level > -40,
      )
      const began = performance.now()
      const echo = engine.testEcho()
      const speaker = await lab.until(
        () => levels.at(-1)?.speaker ?? -100,
        (level) => level > -40,
      )
      const result = await echo
      const took = performance.now() - began
      await engine.setMeter(false)
      const last = levels.length
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { microphone: levels.at(-1)?.microphone, speaker, result, took, more: levels.length - last }
    })
    expect(seen.microphone).toBeGreaterThan(-30)
    expect(seen.speaker).toBeGreaterThan(-40)
    expect(seen.result.ok).toBe(true)
    expect(seen.took).toBeGreaterThan(3500)
    expect(seen.more).toBe(0)
  })
})

describe('a tone', () => {
  it('sounds until told otherwise, and the sound system sleeps after it', async () => {
    const seen = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      engine.setTone('ringback')
      engine.setTone('ringback')
      await lab.until(
        () => lab.contexts[0]?.state,
        (state) => state === 'running',
      )
      const playing = { contexts: lab.contexts.length, state: lab.contexts[0]?.state }
      engine.setTone(null)
      await lab.until(
        () => lab.contexts[0]?.state,
        (state) => state === 'suspended',
      )
      const silent = lab.contexts[0]?.state
      engine.setTone('test')
      await lab.until(
        () => lab.contexts[1]?.state,
        (state) => state === 'running',
      )
      const ended = await lab.until(
        () => lab.contexts[1]?.state,
        (state) => state === 'suspended',
      )
      return { playing, silent, ended, warnings: lab.warnings }
    })
    expect(seen.playing).toEqual({ contexts: 1, state: 'running' })
    expect(seen.silent).toBe('suspended')
    expect(seen.ended).toBe('suspended')
    expect(seen.warnings).toEqual([])
  })

  it('is opened again when its context dies', async () => {
    const seen = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      engine.setTone('ring')
      await lab.until(
        () => lab.contexts[0]?.state,
        (state) => state === 'running',
      )
      await lab.contexts[0]?.suspend()
      const state = await lab.until(
        () => lab.contexts.at(-1)?.state,
        (now) => lab.contexts.length > 1 && now === 'running',
      )
      return { state, contexts: lab.contexts.length }
    })
    expect(seen).toEqual({ state: 'running', contexts: 2 })
  })

  it('goes to the ring device when it rings', async () => {
    const seen = await media.page.evaluate(async () => {
      const devices = await navigator.mediaDevices.enumerateDevices()
      const output = devices.find(({ kind, deviceId }) => kind === 'audiooutput' && deviceId !== 'default')
      const ring = { id: output?.deviceId ?? '', label: output?.label ?? '' }
      const engine = await lab.engine({ ring })
      engine.setTone('ring')
      const sink = await lab.until(
        () => (lab.contexts[0] as unknown as { sinkId: string } | undefined)?.sinkId,
        (id) => id === ring.id,
      )
      engine.setTone(null)
      return { chosen: ring.id, sink }
    })
    expect(seen.sink).toBe(seen.chosen)
  })
})

describe('the death of the sound service', () => {
  it('is survived by calls and tones', async () => {
    const before = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      const end = lab.farEnd()
      await lab.callTo(engine, end)
      engine.setTone('ring')
      Object.assign(window, { end })
      return both(end, loud)
    })
    const killed = await media.application.evaluate(({ app }) => {
      const service = app.getAppMetrics().find(({ name }) => name === 'Audio Service')
      if (service) process.kill(service.pid, 'SIGKILL')
      return service !== undefined
    })
    const after = await media.page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      lab.newEars()
      const { end } = window as unknown as { end: ReturnType<typeof lab.farEnd> }
      const there = await lab.until(() => end.hears(), loud)
      const ringing = await lab.until(
        () => lab.contexts.at(-1)?.state,
        (state) => state === 'running',
      )
      const element = lab.elements[0]
      const time = element?.currentTime ?? 0
      const playing = await lab.until(
        () => element?.currentTime ?? 0,
        (now) => now > time,
      )
      return {
        there: loud(there),
        ringing,
        playing: playing > time,
        warnings: lab.warnings,
        contexts: lab.contexts.length,
      }
    })
    expect(before).toEqual({ there: true, here: true })
    expect(killed).toBe(true)
    expect(after).toMatchObject({ there: true, ringing: 'running', playing: true })
  })
})

describe('the list of devices', () => {
  it('names each device once', async () => {
    const list = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      return new Promise<readonly { id: string; kind: string; label: string }[]>((resolve) => engine.onDevices(resolve))
    })
    expect(list.filter(({ kind }) => kind === 'microphone').length).toBeGreaterThan(0)
    expect(list.filter(({ kind }) => kind === 'speaker').length).toBeGreaterThan(0)
    expect(list.some(({ id }) => id === 'default')).toBe(false)
    expect(new Set(list.map(({ kind, id }) => kind + id)).size).toBe(list.length)
    expect(list.every(({ label }) => label !== '')).toBe(true)
  })
})

describe('a ring', () => {
  it('has the sound of the ring tone it is told, and goes over to another', async () => {
    const heard = await media.page.evaluate(async () => {
      const engine = await lab.engine()
      return { low: await lab.pitchesOf(engine, 'pulse', 1500), high: await lab.pitchesOf(engine, 'classic', 1500) }
    })
    expect(heard.low.length).toBeGreaterThan(3)
    expect(heard.high.length).toBeGreaterThan(3)
    // What is heard the moment one begins may still be of the one before.
    expect(heard.low.filter((pitch) => pitch > 270 && pitch < 620).length).toBeGreaterThan(heard.low.length * 0.7)
    expect(heard.high.filter((pitch) => pitch > 790).length).toBeGreaterThan(heard.high.length * 0.7)
  })
})
