/*
 * Every message of the gateway, the process that speaks SIP over UDP, TCP and TLS and carries plain RTP for accounts whose servers do not
 * speak WebSocket and WebRTC. Main says which accounts there are and therefore which hosts may be reached; the engine page only names
 * accounts and calls, never addresses. What comes from the gateway is validated: it handles strangers' bytes.
 */
import * as v from 'valibot'
import { registrationFailures } from '../errors'
import type { Account } from '../account'
import { mostFlows } from '../account-flows'

/** An account as the gateway needs it. */
export type GatewayAccount = Pick<Account, 'id' | 'uri' | 'server' | 'certificate' | 'connection'>

/** Main → gateway. With `engine` comes the port to the engine page. */
export type GatewayCommand =
  /** All there are, at each change; the lines of those that are not among them are closed. */
  | { readonly type: 'accounts'; readonly accounts: readonly GatewayAccount[] }
  | { readonly type: 'engine' }
  /** The network is another one: look names up anew, prove or remake every connection, find our address again. */
  | { readonly type: 'networkChanged' }
  | { readonly type: 'shutdown' }

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const count = v.pipe(v.number(), v.minValue(0))
/** What carries SIP. */
export const sipTransports = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const
export type SipTransport = (typeof sipTransports)[number]

const certificate = v.strictObject({
  host: text(256),
  fingerprint: text(64),
  subject: text(512),
  issuer: text(512),
  error: text(128),
})

/** Which server an account is connected to, and how it was come by. */
const route = v.strictObject({
  transport: v.picklist(sipTransports),
  host: text(256),
  /** Numeric. */
  address: text(64),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  /** Of ours, as the server sees it when it said so (`received`, `rport`). */
  local: text(128),
  /** One line for a person who wants to know, e.g. `SRV _sips._tcp.example.com, priority 10`. */
  why: text(512),
})
export type Route = v.InferOutput<typeof route>

/** Which of an account's registrations at once (RFC 5626), as `flowsOf` has them; left out: the first, or the only one. */
const flow = v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(mostFlows - 1)))

/** Gateway → main. */
export const gatewayReportSchema = v.variant('type', [
  v.strictObject({ type: v.literal('ready') }),
  /** Connected so; null: no longer. */
  v.strictObject({ type: v.literal('route'), accountId: text(128), flow, route: v.nullable(route) }),
  v.strictObject({
    type: v.literal('log'),
    level: v.picklist(['debug', 'info', 'warn', 'error']),
    message: text(4096),
  }),
])
export type GatewayReport = v.InferOutput<typeof gatewayReportSchema>

/** Which description a call's media are at (RFC 3264); `remoteEarly`: an answer in a provisional response, others may follow. */
export const describeSteps = ['localOffer', 'localAnswer', 'remoteOffer', 'remoteAnswer', 'remoteEarly'] as const
export type DescribeStep = (typeof describeSteps)[number]

/**
 * The browser's own DTLS-SRTP passes through to a far end that does no ICE. An offer of ours is without a word of ICE, or one that can be answered to
 * the browser itself too.
 */
export const dtlsOffers = ['alone', 'with-ice'] as const
export type DtlsOffer = (typeof dtlsOffers)[number]

/**
 * A plain offer of ours in another form than usual, for servers that take nothing else. `keyed`: of SRTP alone (RTP/SAVP), whatever the account's policy
 * and whoever could read the keys; `feedback`: of the profile with feedback (RFC 4585, RTP/AVPF), with keys unless the account wants none.
 */
export const plainForms = ['keyed', 'feedback'] as const
export type PlainForm = (typeof plainForms)[number]

const line = v.pipe(v.number(), v.integer(), v.minValue(0))
/** One call's media, named by the engine page. */
const session = v.pipe(v.string(), v.uuid())
const sdp = text(16_384)

/** Engine page → gateway. `line`: one connection of an account, numbered by the page; each is opened once. */
export const engineToGatewaySchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('open'), line, accountId: text(128), flow }),
  v.strictObject({ kind: v.literal('send'), line, text: text(65_536) }),
  v.strictObject({ kind: v.literal('close'), line }),
  /** Makes the wire's description of the browser's, or the browser's of the wire's; answered by `described`. */
  v.strictObject({
    kind: v.literal('describe'),
    id: count,
    session,
    accountId: text(128),
    flow,
    step: v.picklist(describeSteps),
    sdp,
    form: v.exactOptional(v.picklist(plainForms)),
    /** What the session is, from its first description on: with this the sound is not ours to read. */
    dtls: v.exactOptional(v.picklist(dtlsOffers)),
  }),
  /** The offer on the table is withdrawn (488, 491, CANCEL). */
  v.strictObject({ kind: v.literal('rollback'), session }),
  v.strictObject({ kind: v.literal('release'), session }),
  /** Answered by `counters`. */
  v.strictObject({ kind: v.literal('count'), id: count, session }),
])
export type EngineToGateway = v.InferOutput<typeof engineToGatewaySchema>

/** Packets of one call at the gateway, counted since it began. */
export const counters = v.strictObject({
  /** From the browser, to the wire. */
  sent: count,
  /** From the wire, to the browser. */
  received: count,
  /** Came from another address than the one latched to. */
  strangers: count,
  /** SRTP: authentication failed, or seen before. */
  refused: count,
  /** ms since anything came from the wire; null: nothing ever did. */
  silentMs: v.nullable(count),
  /** `address:port` that sends to us; null: nobody yet. */
  latched: v.nullable(text(128)),
  /** `address:port` the far end's description named. */
  signalled: v.nullable(text(128)),
  encryption: v.picklist(['none', 'sdes', 'dtls']),
  /** Reports of the far end's on what it receives (RTCP), and those of them that tell of more than the ones before: our sound arrives. */
  reports: count,
  progress: count,
  /** `address:port` our sound goes to, where its host or a router says that nobody takes it (ICMP); null: nobody says so. */
  turnedAway: v.nullable(text(128)),
})
export type GatewayCounters = v.InferOutput<typeof counters>

/** Gateway → engine page. */
export const gatewayToEngineSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('opened'), line, route }),
  v.strictObject({ kind: v.literal('message'), line, text: text(65_536) }),
  v.strictObject({
    kind: v.literal('closed'),
    line,
    reason: v.picklist(registrationFailures),
    detail: v.nullable(text(512)),
    certificate: v.nullable(certificate),
  }),
  /** The line is on a server that another is preferred to, and that one answers again; told every few minutes. */
  v.strictObject({ kind: v.literal('better'), line, why: text(512) }),
  /** The account's server was looked for and found to speak WebSocket best: connect there instead. */
  v.strictObject({ kind: v.literal('elsewhere'), line, url: text(512), why: text(512) }),
  v.strictObject({
    kind: v.literal('described'),
    id: count,
    sdp: v.nullable(sdp),
    /** With `sdp` null: why. */
    error: v.nullable(v.picklist(['not-acceptable', 'srtp-required', 'media-failed'])),
  }),
  /** The wire's side changed without an offer of SIP's (another fork, another codec): the browser is to be given this offer and its answer sent back. */
  v.strictObject({ kind: v.literal('renegotiate'), session, sdp }),
  v.strictObject({ kind: v.literal('counters'), id: count, counters: v.nullable(counters) }),
])
export type GatewayToEngine = v.InferOutput<typeof gatewayToEngineSchema>
