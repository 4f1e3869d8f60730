/*
 * What each step of the test of an account has found, in words for a person and an administrator. Pure; what strangers wrote is made fit to
 * be shown. Nothing in it is a secret.
 */
import type { TestLineState } from '../../../../common/diagnosis'
import type { EndCause, RegistrationFailure } from '../../../../common/errors'
import type { Encryption, MediaQuality } from '../../../../common/media'
import { plain } from '../../../../common/plain-text'
import type { EchoHeard } from '../../media/media'
import { sdpFacts } from '../../media/sdp-facts'
import type { RegisterNews } from '../register-news'
import type { OptionsAnswer } from './ask-options'
import { codecsIn } from './codecs-in'

export interface Finding {
  readonly state: Exclude<TestLineState, 'waiting' | 'running'>
  readonly found: string
}

export const passed = (found: string): Finding => ({ state: 'passed', found })
export const doubtful = (found: string): Finding => ({ state: 'doubtful', found })
export const failed = (found: string): Finding => ({ state: 'failed', found })
export const skipped = (found: string): Finding => ({ state: 'skipped', found })

/** `roundTripMs`: from the question to the answer, a challenge in between included. */
export function optionsFinding({ status, local, product, allow }: OptionsAnswer, roundTripMs: number): Finding {
  if (local) return failed('nothing could be sent')
  const who = product === null ? '' : ` from ${plain(product, 80)}`
  const when = `in ${Math.round(roundTripMs)} ms${who}`
  const methods = plain(allow, 160)
  if (status >= 200 && status < 300) return passed(`answered ${when}${methods === '' ? '' : `; takes ${methods}`}`)
  if (status >= 500) return failed(`answered ${status} ${when}: the server has a fault, or takes no requests now`)
  // Somebody is there and speaks SIP; what it can do it tells only some.
  if (status === 401 || status === 407) return passed(`answered ${status} ${when}: it tells only users what it can do`)
  return doubtful(`answered ${status} ${when}: it is there, but does not tell what it can do`)
}

const registerWords: Partial<Record<RegistrationFailure, string>> = {
  'wrong-password': 'the server does not accept the user name or the password',
  forbidden: 'the server does not let this account in',
  'unknown-user': 'the server does not know this account',
  timeout: 'the server does not answer',
  unreachable: 'the connection was lost',
  'unsupported-auth': 'the server asks for a proof that this phone does not speak',
  'server-error': 'the server has a fault, or does not take registrations',
}

/** `status` beside the words where the server said one. */
export function registerFinding({ outcome, listed, bindings }: RegisterNews): Finding {
  if (!outcome.ok) {
    const words = registerWords[outcome.failure] ?? outcome.failure
    return failed(outcome.sipStatus === null ? words : `${words} (${outcome.sipStatus})`)
  }
  const kept = `the server keeps this phone's address for ${outcome.expires} s`
  if (bindings === null) return passed(kept)
  if (!listed) return doubtful(`the server says yes, but does not name this phone among the ${phones(bindings)} it has`)
  return bindings === 0 ? passed(`${kept}, without naming it`) : passed(`${kept}; it has ${phones(bindings)}`)
}

const phones = (count: number): string => (count === 1 ? '1 phone' : `${count} phones`)

/** What the server says of its media in its answer to OPTIONS. `isWeb`: only WebRTC can be spoken with it. */
export function offeredFinding(sdp: string, isWeb: boolean): Finding {
  const codecs = codecsIn(sdp)
  const names = codecs.map(({ name }) => plain(name, 24)).join(', ')
  if (codecs.length === 0) return doubtful('the server describes no sound; only a call can tell')
  if (!codecs.some(({ spoken }) => spoken))
    return failed(`the server talks in ${names}: this phone speaks none of them`)
  if (isWeb && !sdpFacts(sdp).fingerprint)
    return doubtful(`the server talks in ${names}, but names no key for WebRTC; only a call can tell`)
  return passed(`the server talks in ${names}`)
}

const encryptionWords: Record<Encryption, string> = {
  dtls: 'encrypted (DTLS-SRTP)',
  sdes: 'encrypted (SRTP, keys by SDES)',
  none: 'not encrypted',
}

/** What was agreed in a call. */
export function agreedFinding({ codec, encryption }: Pick<MediaQuality, 'codec' | 'encryption'>): Finding {
  if (codec === null) return doubtful('a call was answered, but no sound was exchanged that could tell')
  const protection = encryption === null ? '' : `, ${encryptionWords[encryption]}`
  return passed(`${codec} was agreed in a call${protection}`)
}

const codecTroubles: Partial<Record<EndCause, string>> = {
  'not-acceptable': 'no codec in common, or a kind of sound that the other side does not take',
  'no-webrtc': 'the server offers plain sound where only WebRTC can be spoken',
  'srtp-required': 'the account wants encrypted sound, and the server offers none',
}

const callTroubles: Partial<Record<EndCause, string>> = {
  busy: 'the echo is busy',
  unanswered: 'the echo does not answer',
  'not-found': 'there is nobody at that number',
  rejected: 'the call was refused',
  forbidden: 'this account may not call that number',
  unreachable: 'that number cannot be reached',
  redirected: 'the server names another number; that is not followed',
  'media-failed': 'the call was answered, but no way for the sound was found',
  'connection-lost': 'the connection was lost',
}

/** The call to the echo came to nothing: what that says of codecs and of the echo. */
export function callFinding(cause: EndCause, sipStatus: number | null): { codecs: Finding; echo: Finding } {
  const status = sipStatus === null ? '' : ` (${sipStatus})`
  const codec = codecTroubles[cause]
  if (codec !== undefined) return { codecs: failed(`${codec}${status}`), echo: failed('there was no sound') }
  const echo = failed(`${callTroubles[cause] ?? 'the call failed'}${status}`)
  return { codecs: doubtful('only a call can tell, and the one to the echo failed'), echo }
}

/** `quality`: of the call, just before its end. */
export function echoFinding(heard: EchoHeard, quality: Pick<MediaQuality, 'packetsReceived' | 'packetsLost'>): Finding {
  const { packetsReceived, packetsLost } = quality
  const lost = Math.max(0, packetsLost)
  const loss = packetsReceived === 0 ? 0 : lost / (packetsReceived + lost)
  if (heard.returned === 0 || heard.delayMs === null || heard.level === null) {
    if (packetsReceived === 0) return failed('nothing comes back: not one packet of sound')
    if (heard.anything < -60) return failed(`${packetsReceived} packets came back, with nothing to be heard in them`)
    return doubtful('something is heard there, but not what was sent: an announcement, perhaps, or somebody else')
  }
  const level = `${Math.round(heard.level)} dB after ${heard.delayMs} ms (sent at ${Math.round(heard.sentLevel)} dB)`
  const words = `${heard.returned} of ${heard.sent} signals came back, at ${level}, ${percent(loss)} of the packets lost`
  const weak =
    heard.level < heard.sentLevel - 20 || heard.returned * 2 < heard.sent || loss > 0.1 || heard.delayMs > 800
  return weak ? doubtful(words) : passed(words)
}

const percent = (ratio: number): string => `${Math.round(ratio * 1000) / 10} %`
