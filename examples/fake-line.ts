/*
 * A line without any network: it rings once, is answered, speaks, and hangs up. All that a provider of calls has to do is
 * in this file; for a real one, put its events where the timers are. Run it with `npm run example`.
 */
import { answerCallAction, createCallKit, type ProviderDelegate } from '../main/callkit'

const say = (what: string): void => void process.stdout.write(`${what}\n`)
const later = (task: () => void): void => void setTimeout(task, 50)

// The phone: keeps the calls, carries out wishes, and hands ended calls to whoever keeps a history.
const kit = createCallKit({
  lingerMs: 0,
  policies: { ringSeconds: () => 30, watchdog: true },
  history: (call) => call.state === 'ended' && say(`history: ${call.name ?? call.handle.value}, ${call.cause}`),
})
const line = kit.addProvider('fake', { localizedName: 'Fake line', supportedHandleTypes: new Set(['generic']) })
const caller = crypto.randomUUID()

// The line's half: carries out what the phone asks for, and tells when it is done.
line.delegate = {
  providerDidReset: () => say('line: all calls are gone'),
  performAnswer(_, action) {
    say('line: picks up')
    later(() => action.fulfill())
  },
  performEnd(_, action) {
    say('line: hangs up')
    action.fulfill()
  },
  didActivateAudio(provider, callId) {
    say('line: "Hello, this is a recording. Goodbye."')
    const report = { cause: 'remote-hung-up', sipStatus: null, reason: null } as const
    later(() => provider.reportEnded(callId, report))
  },
  didDeactivateAudio: () => say('line: silent'),
} satisfies ProviderDelegate

// The user's half: sees the call without knowing who it is, and answers after the first ring.
kit.observeCalls((call) => {
  say(`call: ${call.hasEnded ? 'over' : call.hasConnected ? 'connected' : 'ringing'}`)
  if (call.hasConnected || call.hasEnded) return
  later(async () => {
    const answer = answerCallAction(call.id)
    const accepted = await kit.controller.requestActions([answer], 'window')
    if (!accepted.ok) return say(`user: cannot answer, ${accepted.error.name}`)
    say(`user: answered, ${(await accepted.completed).ok ? 'it worked' : 'it failed'}`)
  })
})

// Somebody calls.
const update = { remoteHandle: { type: 'generic', value: 'speaking clock' }, supportsHolding: false } as const
const admission = await line.reportNewIncomingCall(caller, update)
if (!admission.ok) say(`line: refused, ${admission.error.name}`)
