/*
 * The whole phone in one value: what every window is shown and every observer is a function of. Main makes a new one at
 * each change and gives it away whole; nobody mirrors or patches it. It holds no secret.
 */
import type { Account, Registration } from './account'
import type { Flow } from './account-flows'
import type { Colleague, Conversation, Voicemail } from './colleague'
import type { Caller, Person } from './contact'
import type { AccountTest, Diagnosis, PastTrouble } from './diagnosis'
import type { BlockRule, DirectorySource, Screening } from './directory'
import type { Call, CallId, Direction } from './call'
import type { Device } from './device'
import type { EndCause } from './errors'
import type { Handle } from './handle'
import type { MediaQuality } from './media'
import type { Route } from './contract/gateway'
import type { Away, Reach } from './reach'
import type { Settings } from './settings'

export interface AccountState {
  readonly account: Account
  readonly registration: Registration
  /** The password is not stored (or cannot be read): the user has to type it. */
  readonly needsPassword: boolean
  /** The password is on the disk without a keychain's protection. */
  readonly unprotected: boolean
  /** null: not registered, or nothing is known yet. */
  readonly reach: Reach | null
  /** Which server it is connected to, and how that was chosen; null: to none, or to the very one it names. */
  readonly route: Route | null
  /** How it stands with each of the servers it is registered with at once, the most preferred first; left out: it is with one at a time. */
  readonly flows?: readonly Flow[]
}

export interface CallView {
  readonly call: Call
  readonly media: MediaQuality
  /** The far end is speaking; only known of calls in a conference. */
  readonly speaking: boolean
  /** Who the phone says it is; null until somebody looked, which is before it rings. */
  readonly caller: Caller | null
  /** Leaves no trace in the history. */
  readonly private: boolean
  /** Whom it was meant for before it came here, first the one who was called (Diversion, History-Info). */
  readonly diverted: readonly {
    readonly handle: Handle
    readonly name: string | null
    readonly reason: string | null
  }[]
  /** It was answered by itself, because the caller is allowed that. */
  readonly autoAnswered: boolean
  readonly diagnosis: Diagnosis | null
}

/** An ended call, for the list of recents. Times are wall-clock ms. */
export interface HistoryEntry {
  readonly id: CallId
  readonly accountId: string
  readonly direction: Direction
  readonly handle: Handle
  readonly name: string | null
  readonly startedAt: number
  readonly connectedAt: number | null
  readonly endedAt: number
  readonly cause: EndCause
  readonly sipStatus: number | null
  readonly missed: boolean
  /** The user has seen that it was missed. */
  readonly seen: boolean
  /** Who the phone said it was, then; null: nobody knew. */
  readonly label: string | null
  /** Why it did not ring; null: it did, or was ours. */
  readonly screening: Screening | null
  /** Mean opinion score over the call, 1 to 4.5; null: not measured. */
  readonly mos: number | null
  /** Calls that belong to it: the one it was transferred to or from, members of its conference. */
  readonly relations: readonly {
    readonly kind: 'transferred-to' | 'transferred-from' | 'conference'
    readonly callId: CallId
  }[]
  /** What was wrong with its sound for longest. Left out: nothing was. */
  readonly trouble?: PastTrouble | undefined
  /** Whom it was meant for before it came here, first the one who was called. Left out: us. */
  readonly diverted?: CallView['diverted'] | undefined
}

/** How passwords are kept at rest. */
export type SecretStorage =
  | 'keychain' // encrypted with a key the operating system guards
  | 'plain-text' // only a hard-coded key is available: the user must agree, or type the password at each start

/** Something the user should know and can dismiss. */
export interface Notice {
  readonly id: string
  readonly kind:
    | 'settings-restored'
    | 'settings-unreadable'
    | 'contacts-unreadable'
    | 'calls-unreadable'
    | 'disk-full'
    | 'engine-restarted'
    | 'provisioning-failed'
    | 'provisioned'
    | 'unprotected-passwords'
  /** One line, safe to show; null when the kind says all. */
  readonly detail: string | null
}

export interface PhoneState {
  /** Grows by one with each change. */
  readonly revision: number
  readonly version: string
  readonly engine: 'starting' | 'ready' | 'restarting' | 'failed'
  readonly accounts: readonly AccountState[]
  /** Live calls in the order they began; a call that has ended stays for a few seconds as `ended`, so it can be read. */
  readonly calls: readonly CallView[]
  /** Calls that ring here without a sound, because the user wished so. */
  readonly silenced: readonly CallId[]
  /** The newest, newest first, capped; all there are answer `findCalls`. */
  readonly history: readonly HistoryEntry[]
  /** Missed calls nobody has looked at, of all there are. */
  readonly missed: number
  readonly directory: { readonly sources: readonly DirectorySource[]; readonly blocked: readonly BlockRule[] }
  /** How many contacts there are, and those a person wants at hand: favourites, then speed dials. */
  readonly contacts: {
    readonly count: number
    readonly atHand: readonly (Person & { readonly speedDial: number | null })[]
  }
  readonly voicemail: readonly Voicemail[]
  readonly colleagues: readonly Colleague[]
  /** Conversations with messages nobody has read, newest first, capped. */
  readonly unread: readonly Conversation[]
  /** Not dismissed, newest first. */
  readonly away: readonly Away[]
  readonly accountTest: AccountTest | null
  /** Do not disturb as it is now, whoever switched it on. */
  readonly quiet: { readonly on: boolean; readonly because: 'switch' | 'timer' | 'schedule' | 'desktop' | null }
  /** The screen is shared, as far as that is known or the user said so: `hideCallers` is about it. Left out: it is not. */
  readonly sharing?: boolean
  readonly devices: readonly Device[]
  readonly settings: Settings
  readonly secretStorage: SecretStorage
  readonly notices: readonly Notice[]
}
