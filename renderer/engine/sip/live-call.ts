/*
 * One call as the wire sees it: its session, its media, its timers, and the one way it ends. What may be done to it lives in the
 * verbs beside this file. It decides nothing about ringing, policy or other calls.
 */
import type { Invitation, Inviter } from 'sip.js'
import type { CallId, Direction } from '../../../common/call'
import type { Clock } from '../../../common/clock'
import type { EngineReport } from '../../../common/contract/engine'
import type { EndCause } from '../../../common/errors'
import type { Log } from '../../../common/log'
import type { CallMedia } from '../media/media'
import type { Referral } from './referral'
import type { Transfer } from './transfer'
import { DescriptionAdapter } from './description-adapter'
import type { DialogCare } from './dialog-care'
import { recordDialog, type DialogFacts } from './dialog-record'
import { plainText } from './plain-text'
import type { TakePrack } from './ring-back'

/**
 * `offered`: main has not said yet whether it may ring. `answering`: from the user's word to our 200. `dialing` until a
 * provisional answer, `alerting` after it. `connecting`: 200 said, sound not there yet.
 */
export type Stage =
  'offered' | 'ringing' | 'answering' | 'dialing' | 'alerting' | 'connecting' | 'established' | 'ended'

export interface End {
  readonly cause: EndCause
  readonly sipStatus?: number | null
  readonly reason?: string | null
}

/** What every call needs of the engine around it. */
export interface CallSurroundings {
  readonly clock: Clock
  readonly log: Log
  readonly report: (report: EngineReport) => void
}

export interface CallFacts {
  readonly id: CallId
  readonly accountId: string
  readonly direction: Direction
  /** Host of the account, to shorten addresses on it. */
  readonly ownHost: string
  readonly media: CallMedia
}

export class LiveCall {
  readonly id: CallId
  readonly accountId: string
  readonly direction: Direction
  readonly ownHost: string
  readonly surroundings: CallSurroundings
  /** Resolves when the call has ended, however that came. */
  readonly ended: Promise<void>

  /** Both are new when another dialog takes the place of this call's (RFC 3891); see `takeOver`. */
  media: CallMedia
  descriptions: DescriptionAdapter
  stage: Stage
  session: Invitation | Inviter | null = null
  /** What keeps its dialog healthy; null before there is a session. */
  care: DialogCare | null = null
  /** What says that the caller knows it rings here (RFC 3262); null: nobody was told yet. */
  takePrack: TakePrack | null = null
  /** A provisional answer to our INVITE came, so a CANCEL is allowed (RFC 3261 section 9.1). */
  provisional = false
  /** The INVITE went out. */
  invited = false
  held = false
  remoteHeld = false
  muted = false
  /** Between CallKit's didActivate and didDeactivate. */
  audio = false
  groupId: string | null = null
  /** The far end is being handed to somebody else. */
  transfer: Transfer | null = null
  /** The far end asked us to call somebody. */
  referral: Referral | null = null
  /** Why it ends when either side hangs up as usual: it was decided before, by a transfer. null: for the usual reason. */
  endsAs: EndCause | null = null
  /** Stops listening to the session. */
  unfollow: () => void = () => {}
  /** By which of its account's registrations at once it goes, from 0. */
  flow = 0
  /** Sends the INVITE of a call that nobody answered yet by another of the account's lines; false: there is none, or it is too late for that. */
  goRound: () => boolean = () => false
  /** The far end's Allow header names INFO, or it sent none. */
  remoteTakesInfo = true

  #recordedSequence: number | null = null
  #resolveEnded: () => void = () => {}
  readonly #onEnd = new Set<() => void>()

  constructor(facts: CallFacts, surroundings: CallSurroundings) {
    this.id = facts.id
    this.accountId = facts.accountId
    this.direction = facts.direction
    this.ownHost = facts.ownHost
    this.media = facts.media
    this.descriptions = new DescriptionAdapter(facts.media)
    this.surroundings = surroundings
    this.stage = facts.direction === 'incoming' ? 'offered' : 'dialing'
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
  }

  /** Another session and other sound take the place of those it had, held and muted as those are; whoever calls this lets go of the former session. */
  takeOver(media: CallMedia, descriptions: DescriptionAdapter): void {
    const former = this.media
    this.media = media
    this.descriptions = descriptions
    this.#recordedSequence = null
    media.setHeld(this.held)
    media.setMuted(this.muted)
    media.setAudio(this.audio)
    this.#guard(() => former.close())
  }

  /** Reports something of this call; nothing after its end. */
  report(report: EngineReport): void {
    if (this.stage !== 'ended') this.surroundings.report(report)
  }

  /** Runs `stop` when the call ends. Returns the way to run it earlier. */
  onEnd(stop: () => void): () => void {
    if (this.stage === 'ended') stop()
    else this.#onEnd.add(stop)
    return () => {
      if (this.#onEnd.delete(stop)) stop()
    }
  }

  /** Runs `task` after `ms` unless the call ends before. Returns the way to cancel. */
  later(task: () => void, ms: number): () => void {
    const { clock } = this.surroundings
    const timer = clock.setTimeout(() => {
      this.#onEnd.delete(cancel)
      task()
    }, ms)
    const cancel = (): void => clock.clearTimeout(timer)
    return this.onEnd(cancel)
  }

  /** Tells main what a later page would need to say BYE, when that changed. */
  recordDialog(): void {
    const dialog = this.session?.dialog as unknown as DialogFacts | undefined
    if (!dialog || this.stage === 'ended' || dialog.localSequenceNumber === this.#recordedSequence) return
    const record = recordDialog(dialog)
    if (record === null) return
    this.#recordedSequence = dialog.localSequenceNumber ?? 0
    const { flow } = this
    this.report({ type: 'dialog', callId: this.id, dialog: flow === 0 ? record : { ...record, flow } })
  }

  /** The end of the call, whoever caused it; the first one counts. Sends nothing. Never throws. */
  finish(end: End): void {
    if (this.stage === 'ended') return
    const { sipStatus = null, reason = null } = end
    const cause = end.cause === 'remote-hung-up' ? (this.endsAs ?? end.cause) : end.cause
    this.surroundings.log.info(`call ended: ${cause}${sipStatus === null ? '' : ` (${sipStatus})`}`)
    if (this.#recordedSequence !== null) this.report({ type: 'dialog', callId: this.id, dialog: null })
    const text = reason === null ? null : plainText(reason)
    this.report({ type: 'ended', callId: this.id, cause, sipStatus, reason: text })
    this.drop()
  }

  /** As `finish`, without a word to main: it never knew this call, or learns its end from a refused request. */
  drop(): void {
    if (this.stage === 'ended') return
    this.stage = 'ended'
    for (const stop of this.#onEnd) this.#guard(stop)
    this.#onEnd.clear()
    this.#guard(() => this.media.close())
    this.#resolveEnded()
  }

  #guard(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.surroundings.log.error(`cleaning up a call: ${String(error)}`)
    }
  }
}
