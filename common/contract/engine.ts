/*
 * Every message between main and the engine page. Commands go down and are answered once; questions and reports come up.
 * What comes up is validated in main: the engine page handles strangers' bytes, so it is treated as hostile.
 */
import * as v from 'valibot'
import { endCauses, registrationFailures, requestErrorCodes } from '../errors'
import { handleTypes } from '../handle'
import { mostFlows } from '../account-flows'
import { encryptions } from '../media'
import type { Account } from '../account'
import type { CallId } from '../call'
import { lineStates } from '../colleague'
import { mediaTroubles, testSteps, testLineStates } from '../diagnosis'
import type { AudioChoice } from '../device'
import { doubts } from '../reach'
import type { RingTone } from '../ring-tones'

/** Tones the engine plays by itself until told otherwise. `null`: silence. */
export type Tone =
  | 'ring' // an incoming call, on the ring device
  | 'waiting' // an incoming call while another is up, softly into the call's speaker
  | 'ringback' // the far end is alerted and sends no early media
  | 'busy'
  | 'auto-answer' // once, before a call is answered by itself
  | 'test' // the ring, once, from settings

/** Why a call is sent elsewhere, in the words of RFC 5806. */
export type DeflectReason = 'deflection' | 'no-answer' | 'user-busy' | 'do-not-disturb' | 'unconditional'

/** In which a call may be offered behind the gateway: plain sound in its forms, and WebRTC's with and without its search for a way. */
export const offeredKinds = ['plain', 'keyed', 'feedback', 'webrtc', 'dtls'] as const

export interface EngineAccount extends Account {
  /** What the account's calls behind the gateway were taken in, as `takes` told it once; left out: not known. */
  readonly takes?: (typeof offeredKinds)[number]
  /** It was registered before, on another day perhaps, set up as it is; left out: not known. */
  readonly wasLetIn?: boolean
  /** Plain text; lives in the engine's memory only. */
  readonly password: string
  /** Of the account's TURN server; null: it has none, or it is not known. */
  readonly turnPassword: string | null
  /** Stable per installation and account (RFC 5626 +sip.instance), `urn:uuid:…`. */
  readonly instanceId: string
}

/** Main → engine. Each is answered by one `reply` with a `Result`. */
export type EngineCommand =
  | { readonly type: 'register'; readonly account: EngineAccount }
  | { readonly type: 'unregister'; readonly accountId: string }
  /** `target`: a SIP URI made by main's dial rules. The reply comes when the INVITE was handed to the transport. */
  | {
      readonly type: 'dial'
      readonly callId: CallId
      readonly accountId: string
      readonly target: string
      /** The call whose far end asked for this one (REFER): it is told how it goes. null: the user's own wish. */
      readonly referral: CallId | null
    }
  /** The reply comes when media is ready (ACK and ICE/DTLS connected), or says why not. */
  | { readonly type: 'answer'; readonly callId: CallId }
  /** Refuses a ringing call with this SIP status. */
  | { readonly type: 'reject'; readonly callId: CallId; readonly status: number }
  /** Sends a ringing call elsewhere: 302 with this SIP URI. `reason` left out: the user chose to. */
  | { readonly type: 'deflect'; readonly callId: CallId; readonly target: string; readonly reason?: DeflectReason }
  /** CANCEL or BYE, whichever fits; the reply comes when it was sent. Always succeeds for a known call. */
  | { readonly type: 'end'; readonly callId: CallId }
  | { readonly type: 'setHeld'; readonly callId: CallId; readonly held: boolean }
  | { readonly type: 'setMuted'; readonly callId: CallId; readonly muted: boolean }
  /** `digits`: 0-9 * # A-D and `,` (two seconds of pause). The reply comes when they are queued. */
  | { readonly type: 'playDtmf'; readonly callId: CallId; readonly digits: string }
  /** Calls of one group hear each other and us; null: it stands alone. The reply comes when the sound is mixed so. */
  | { readonly type: 'setGroup'; readonly callId: CallId; readonly groupId: string | null }
  /**
   * Hands the far end to this SIP URI (REFER, RFC 3515). The reply comes when that has succeeded or failed, which `transfer` reports
   * precede: `transfer-refused` and `transfer-failed` carry the SIP status in their detail. The call stays up until then.
   */
  | { readonly type: 'transfer'; readonly callId: CallId; readonly target: string }
  /** Hands the far end to that of another call (REFER with Replaces, RFC 3891); answered likewise. */
  | { readonly type: 'transferToCall'; readonly callId: CallId; readonly toCallId: CallId }
  /** The user does not want to call whom the far end named (`referred`). */
  | { readonly type: 'refuseReferral'; readonly callId: CallId }
  /** CallKit's didActivate / didDeactivate: only between the two does a call's sound reach the speaker and the wire. */
  | { readonly type: 'audio'; readonly callId: CallId; readonly on: boolean }
  /** `ring`: which of the ring tones, with `ring` and `test`; left out: the first. */
  | { readonly type: 'setTone'; readonly tone: Tone | null; readonly ring?: RingTone }
  | { readonly type: 'useAudio'; readonly audio: AudioChoice }
  /** Measure the microphone's level while settings show it; opens the microphone. */
  | { readonly type: 'setMeter'; readonly on: boolean }
  /** Record two seconds of the microphone and play them back on the speaker. */
  | { readonly type: 'testEcho' }
  /** The network may have changed: prove every connection, remake the dead ones at once. `network`: it has changed, for certain. */
  | { readonly type: 'reconnect'; readonly because: 'network' | 'resumed' | 'wish' }
  /** Says BYE for a dialog that a former engine page left behind, once the account's connection is up. */
  | { readonly type: 'farewell'; readonly accountId: string; readonly dialog: DialogRecord }
  /** Whose lines and presence an account is to hear of, as SIP URIs; each time all of them. */
  | { readonly type: 'watch'; readonly accountId: string; readonly targets: readonly string[] }
  /** Plain text (RFC 3428). The reply comes when the far end or its server has taken it, or says why not. */
  | { readonly type: 'sendMessage'; readonly accountId: string; readonly target: string; readonly text: string }
  /**
   * What only the engine can find out of a registered account: OPTIONS, REGISTER, what the server would talk in, and whether `echo` (a SIP URI;
   * null: skipped) gives back what we send. `testLine` reports tell how it goes; the reply comes when it is over.
   */
  | { readonly type: 'testAccount'; readonly accountId: string; readonly echo: string | null }
  | { readonly type: 'endAccountTest' }
  /** The last messages of every line, redacted, as `ladder` reports that precede the reply. */
  | { readonly type: 'tellLadders' }
  /** The demo line calls us after `delayMs`. */
  | { readonly type: 'demoCall'; readonly delayMs: number }
  /** End calls, unregister, close; the reply comes when all is sent, within 2 s. */
  | { readonly type: 'shutdown' }

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const callId = v.pipe(v.string(), v.uuid())
const accountId = text(128)
const count = v.pipe(v.number(), v.minValue(0))
const handle = v.strictObject({ type: v.picklist(handleTypes), value: text(512) })

const certificate = v.strictObject({
  host: text(256),
  fingerprint: text(64),
  subject: text(512),
  issuer: text(512),
  error: text(128),
})

const registration = v.variant('state', [
  v.strictObject({ state: v.literal('unregistered') }),
  v.strictObject({ state: v.literal('registering') }),
  v.strictObject({ state: v.literal('registered'), since: count, expiresAt: count }),
  v.strictObject({
    state: v.literal('failed'),
    reason: v.picklist(registrationFailures),
    sipStatus: v.nullable(v.number()),
    retryAt: v.nullable(count),
    certificate: v.nullable(certificate),
  }),
])

const quality = v.strictObject({
  codec: v.nullable(text(64)),
  packetsSent: count,
  packetsReceived: count,
  packetsLost: v.number(),
  jitterMs: v.nullable(count),
  roundTripMs: v.nullable(count),
  lossRatio: v.nullable(count),
  mos: v.nullable(v.number()),
  encryption: v.nullable(v.picklist(encryptions)),
})

const capabilities = v.strictObject({
  holding: v.boolean(),
  grouping: v.boolean(),
  ungrouping: v.boolean(),
  dtmf: v.boolean(),
})

/** What is needed to say BYE for a dialog after the engine page died (kept by main, opaque to it). */
const dialogRecord = v.strictObject({
  callIdHeader: text(512),
  localTag: text(256),
  remoteTag: text(256),
  localUri: text(1024),
  remoteUri: text(1024),
  remoteTarget: text(1024),
  localSequence: count,
  routeSet: v.pipe(v.array(text(1024)), v.maxLength(32)),
  /** Of the account's registrations the one it went by; left out: the first. */
  flow: v.exactOptional(count),
})

const diagnosis = v.strictObject({ trouble: v.picklist(mediaTroubles), evidence: text(512) })

/** Whom a call was meant for before it came here (Diversion, RFC 5806; History-Info, RFC 7044). */
const diversion = v.strictObject({ handle, name: v.nullable(text(256)), reason: v.nullable(text(64)) })

/** Engine → main. Facts; none is answered. */
export const engineReportSchema = v.variant('type', [
  v.strictObject({ type: v.literal('ready') }),
  v.strictObject({ type: v.literal('registration'), accountId, registration }),
  /** Of the account's reachability, at each proof of it and each doubt. */
  v.strictObject({
    type: v.literal('reach'),
    accountId,
    reach: v.strictObject({
      provenAt: v.nullable(count),
      nextAt: v.nullable(count),
      roundTripMs: v.nullable(count),
      doubt: v.nullable(v.picklist(doubts)),
    }),
  }),
  /** How an account stands with each of the servers it is registered with at once, at each change; empty: it is with one at a time. */
  v.strictObject({
    type: v.literal('flows'),
    accountId,
    flows: v.pipe(
      v.array(v.strictObject({ server: text(512), registration, provenAt: v.nullable(count) })),
      v.maxLength(mostFlows),
    ),
  }),
  /** What an account's calls are offered in from now on: somebody took it, or what was taken before was no good. */
  v.strictObject({ type: v.literal('takes'), accountId, kind: v.picklist(offeredKinds) }),
  /** `early`: the far end sends sound before the answer (183 with SDP). */
  v.strictObject({ type: v.literal('progress'), callId, stage: v.picklist(['alerting', 'early', 'accepted']) }),
  /** Both sides can communicate: 200 and ACK done, ICE and DTLS connected. */
  v.strictObject({ type: v.literal('connected'), callId }),
  v.strictObject({
    type: v.literal('updated'),
    callId,
    remoteHeld: v.exactOptional(v.boolean()),
    handle: v.exactOptional(handle),
    name: v.exactOptional(v.nullable(text(256))),
    capabilities: v.exactOptional(capabilities),
    /** The far end is a conference and this is its URI (Contact with `isfocus`, RFC 4579 section 5.2). */
    focus: v.exactOptional(text(1024)),
  }),
  /** Of a transfer we asked for (NOTIFY with message/sipfrag). */
  v.strictObject({ type: v.literal('transfer'), callId, progress: v.picklist(['trying', 'ringing']) }),
  /** The far end asks us to call somebody (REFER). `target`: a SIP URI, to be given back in `dial`. null: it no longer does. */
  v.strictObject({
    type: v.literal('referred'),
    callId,
    referral: v.nullable(
      v.strictObject({
        target: text(1024),
        handle,
        name: v.exactOptional(v.nullable(text(256))),
        by: v.nullable(handle),
      }),
    ),
  }),
  /** What waits in the account's mailbox (RFC 3842). */
  v.strictObject({
    type: v.literal('voicemail'),
    accountId,
    summary: v.strictObject({
      waiting: v.boolean(),
      fresh: v.nullable(count),
      old: v.nullable(count),
      urgent: v.nullable(count),
    }),
  }),
  /** What a watched line does (RFC 4235) and how its owner is (RFC 3863). `target`: as `watch` named it. */
  v.strictObject({
    type: v.literal('colleague'),
    accountId,
    target: text(1024),
    state: v.strictObject({
      line: v.picklist(lineStates),
      withWhom: v.nullable(handle),
      rings: v.boolean(),
      presence: v.nullable(v.strictObject({ open: v.nullable(v.boolean()), note: v.nullable(text(256)) })),
    }),
  }),
  v.strictObject({ type: v.literal('message'), accountId, handle, name: v.nullable(text(256)), text: text(8192) }),
  /** Whose far end is speaking now, while calls are grouped; at each change. */
  v.strictObject({ type: v.literal('speaking'), callIds: v.pipe(v.array(callId), v.maxLength(32)) }),
  v.strictObject({
    type: v.literal('ended'),
    callId,
    cause: v.picklist(endCauses),
    sipStatus: v.nullable(v.number()),
    reason: v.nullable(text(256)),
  }),
  v.strictObject({ type: v.literal('dialog'), callId, dialog: v.nullable(dialogRecord) }),
  v.strictObject({
    type: v.literal('devices'),
    devices: v.pipe(
      v.array(v.strictObject({ id: text(256), kind: v.picklist(['microphone', 'speaker']), label: text(256) })),
      v.maxLength(128),
    ),
  }),
  v.strictObject({ type: v.literal('quality'), callId, quality }),
  /** Why a call is not heard; null: nothing is wrong (any more). */
  v.strictObject({ type: v.literal('diagnosis'), callId, diagnosis: v.nullable(diagnosis) }),
  v.strictObject({
    type: v.literal('testLine'),
    accountId,
    step: v.picklist(testSteps),
    state: v.picklist(testLineStates),
    found: v.nullable(text(512)),
    tookMs: v.nullable(count),
  }),
  /** The last messages between us and an account's server, oldest first, redacted by the engine. */
  v.strictObject({
    type: v.literal('ladder'),
    accountId,
    entries: v.pipe(
      v.array(v.strictObject({ at: count, direction: v.picklist(['in', 'out']), note: text(256), text: text(4096) })),
      v.maxLength(256),
    ),
  }),
  /** About 10 times a second while something wants it. Both in dBFS, -100 to 0. */
  v.strictObject({ type: v.literal('level'), microphone: v.number(), speaker: v.number() }),
  /** Something went wrong that no call or account can tell. `message` is redacted by the engine. */
  v.strictObject({ type: v.literal('fault'), code: text(64), message: text(1024) }),
  /** One line for the log, redacted by the engine. */
  v.strictObject({
    type: v.literal('log'),
    level: v.picklist(['debug', 'info', 'warn', 'error']),
    message: text(4096),
  }),
])
export type EngineReport = v.InferOutput<typeof engineReportSchema>
export type DialogRecord = v.InferOutput<typeof dialogRecord>

/** An INVITE asks before anything rings (the answer decides between 180 and a refusal). */
export const incomingOfferSchema = v.strictObject({
  callId,
  accountId,
  handle,
  name: v.nullable(text(256)),
  /** What the server passes on of how the caller's number was vouched for (RFC 8224, RFC 8588); left out: nothing. */
  attestation: v.exactOptional(v.picklist(['A', 'B', 'C', 'failed'])),
  /** First the one who was called; left out: it was meant for us. */
  diverted: v.exactOptional(v.pipe(v.array(diversion), v.maxLength(8))),
  /** The caller wishes that it be answered by itself after this many seconds (Alert-Info, Call-Info `answer-after`, RFC 5373); left out: no. */
  answerAfter: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(60))),
  /** It is to be answered by itself or refused with 403 (RFC 5373, `require`); left out: no. */
  answerOrRefuse: v.exactOptional(v.literal(true)),
})
export type IncomingOffer = v.InferOutput<typeof incomingOfferSchema>

/** Main's answer to an offer. */
export type Verdict =
  | { readonly type: 'alert' }
  | { readonly type: 'reject'; readonly status: number }
  /** It rings for the caller and nobody answers (180, 480 after this long); here it never is a call. */
  | { readonly type: 'ignore'; readonly seconds: number }
  /** Goes to this SIP URI without ringing here (302). */
  | { readonly type: 'deflect'; readonly target: string; readonly reason?: DeflectReason }

/** What travels on the port, main → engine. */
export type EngineDown =
  | { readonly kind: 'command'; readonly id: number; readonly command: EngineCommand }
  | { readonly kind: 'verdict'; readonly id: number; readonly verdict: Verdict }
  | { readonly kind: 'ping'; readonly id: number }

/** What travels on the port, engine → main. */
export const engineUpSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('reply'),
    id: count,
    error: v.nullable(v.strictObject({ code: v.picklist(requestErrorCodes), detail: v.nullable(text(512)) })),
  }),
  v.strictObject({ kind: v.literal('report'), report: engineReportSchema }),
  v.strictObject({ kind: v.literal('ask'), id: count, offer: incomingOfferSchema }),
  v.strictObject({ kind: v.literal('pong'), id: count }),
])
export type EngineUp = v.InferOutput<typeof engineUpSchema>
