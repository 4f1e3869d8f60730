/*
 * Why something does not work, with what proves it: one-way sound in a call, and an account that is tested step by step.
 */
import type { AccountId } from './account'

/** What is wrong with the sound of a call. */
export const mediaTroubles = [
  'nothing-received', // we send, nothing comes
  'private-address', // … and the far end's description names an address that cannot be reached from here
  'srtp-refused', // packets come, but cannot be decrypted or are not authentic
  'strangers-only', // packets come from somebody else than the far end
  'turned-away', // nothing comes, and where ours go a host or router says that nobody takes them
  'own-private-address', // nothing comes, and ours was told an address that they cannot reach from where they are
  'listens-only', // their description says that they send nothing
  'nothing-sent', // our microphone's packets do not leave
  'microphone-silent', // packets leave, with nothing in them
  'not-heard', // packets leave, and the far end's reports tell of none
  'far-end-silent', // packets come, with nothing in them
  'heavy-loss', // more than a tenth is lost
] as const
export type MediaTrouble = (typeof mediaTroubles)[number]

export interface Diagnosis {
  readonly trouble: MediaTrouble
  /** Wall-clock ms since when. */
  readonly since: number
  /** The evidence, for the details line: counters and addresses, redacted of users and keys. */
  readonly evidence: string
}

/** The worst of a call that is over: what was wrong for longest. */
export interface PastTrouble extends Diagnosis {
  /** How long it was so, in all, ms. */
  readonly lasted: number
}

export const testSteps = ['dns', 'connect', 'tls', 'options', 'register', 'codecs', 'echo'] as const
export type TestStep = (typeof testSteps)[number]

export const testLineStates = ['waiting', 'running', 'passed', 'doubtful', 'failed', 'skipped'] as const
export type TestLineState = (typeof testLineStates)[number]

export interface TestLine {
  readonly step: TestStep
  readonly state: TestLineState
  /** What was seen; null until then. Safe to show. */
  readonly found: string | null
  readonly tookMs: number | null
}

export interface AccountTest {
  readonly accountId: AccountId
  readonly lines: readonly TestLine[]
  readonly done: boolean
}
