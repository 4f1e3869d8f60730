/*
 * Who calls, and whether the user wants to hear it: looked up before a call rings, within a deadline that nothing can move,
 * and remembered while the call is up. It asks contacts, directories and the user's rules; it refuses and shows nothing itself.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { Caller } from '../../common/contact'
import type { IncomingOffer } from '../../common/contract/engine'
import type { BlockRule, Screening } from '../../common/directory'
import { sameHandle } from '../../common/handle'
import type { Log } from '../../common/log'
import type { Settings } from '../../common/settings'
import type { Refusal } from '../callkit/admission'
import { CrowdLog } from '../callkit/crowd-log'
import { normalHandle } from '../callkit/handle'
import { quietCall } from '../callkit/quiet-call'
import { screening } from '../callkit/screening'
import type { Numbers } from '../numbers/numbers'
import type { RuledCaller } from '../numbers/rule-index'
import type { CallerSources, DirectoryWord, KnownContact } from './caller-sources'
import { KnownCalls } from './known-calls'
import type { Lately } from './lately'
import { isLookalike } from './look-alike'
import type { QuietState } from './quiet'

export interface CallersOptions {
  readonly clock: Clock
  readonly log: Log
  readonly numbers: Numbers
  readonly sources: CallerSources
  readonly lately: Lately
  readonly settings: () => Settings
  readonly quiet: () => QuietState
  /** The narrowest rule of the user's own list about this caller now. */
  readonly rule: (caller: RuledCaller) => BlockRule | null
  /** Nobody outside is asked about it. */
  readonly isPrivate: (callId: CallId) => boolean
  /** Who it is and why it does not ring, as far as that is known now. */
  readonly onKnown: (callId: CallId, known: { label: string | null; screening: Screening | null }) => void
  /** What is known of a call that is up has changed. */
  readonly onChange: () => void
}

/** A directory that has not answered by then is not waited for, ms. */
const deadlineMs = 50
/** Callers that are left ringing for nothing at once; more are refused. */
const ignoredAtMost = 16

const silence: DirectoryWord = { name: null, source: null, blockedBy: null }

export class Callers {
  private readonly known: KnownCalls
  private readonly crowdLog: CrowdLog
  /** Until when callers hear it ring for nothing, wall-clock ms. */
  private ignored: readonly number[] = []

  constructor(private readonly options: CallersOptions) {
    this.known = new KnownCalls(options.onKnown)
    this.crowdLog = new CrowdLog(options)
  }

  /** Finds out about a caller before it rings: at once, or when the directories have answered, or at the deadline. Never rejects. */
  look(offer: IncomingOffer): void | Promise<void> {
    const word = this.word(offer)
    if (!(word instanceof Promise)) return this.judge(offer, word, true)
    return this.byDeadline(word).then((answer) => this.judge(offer, answer ?? silence, answer !== null))
  }

  /** Why this call must not ring; null: it may. */
  refusal(callId: CallId): Refusal | null {
    return this.known.get(callId)?.refusal ?? null
  }

  /** It rings without a sound, because the user does not want to be disturbed. */
  isSilent(callId: CallId): boolean {
    return this.known.get(callId)?.silent ?? false
  }

  /** null until somebody looked. */
  callerOf(callId: CallId): Caller | null {
    return this.known.get(callId)?.caller ?? null
  }

  /** Why it did not ring; null: it did. */
  screeningOf(callId: CallId): Screening | null {
    return this.known.get(callId)?.screening ?? null
  }

  /** Follows the calls that are up: those the user makes, and those whose far end turns out to be somebody else. */
  update(calls: readonly Call[], before: readonly Call[]): void {
    for (const call of calls) {
      if (!isLive(call)) continue
      if (call.direction === 'outgoing' && !before.some(({ id }) => id === call.id)) this.options.lately.calls(call)
      const known = this.known.get(call.id)
      if (!known || known.name !== call.name || !sameHandle(known.handle, call.handle)) this.identify(call)
      this.askLater(call.id)
    }
  }

  /** Somebody became a contact, or is none any more: whoever is up is looked up again. */
  refresh(calls: readonly Call[]): void {
    const live = calls.filter(isLive)
    for (const call of live) this.identify(call)
    if (live.length > 0) this.options.onChange()
  }

  /** What directories say of it; nothing of a caller without a number of the world. */
  private word({
    handle,
    accountId,
  }: Pick<IncomingOffer, 'handle' | 'accountId'>): DirectoryWord | Promise<DirectoryWord> {
    const { numbers, sources, log } = this.options
    if (!numbers.isReady) return numbers.load().then(() => this.word({ handle, accountId }))
    const heard = numbers.heard(handle, accountId)
    if (heard?.kind !== 'e164') return silence
    const failed = (error: unknown): DirectoryWord => {
      log.error(`directories: ${error instanceof Error ? error.message : 'failed'}`)
      return silence
    }
    try {
      const word = sources.directory(heard.e164)
      return word instanceof Promise ? word.catch(failed) : word
    } catch (error) {
      return failed(error)
    }
  }

  private byDeadline(word: Promise<DirectoryWord>): Promise<DirectoryWord | null> {
    const { clock, log } = this.options
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => {
        log.warn(`directories: no answer within ${deadlineMs} ms`)
        resolve(null)
      }, deadlineMs)
      void word.then((answer) => {
        clock.clearTimeout(timer)
        resolve(answer)
      })
    })
  }

  /** Everything the user wishes about callers, held against this one. */
  private judge(offer: IncomingOffer, word: DirectoryWord, complete: boolean): void {
    const { numbers, lately, settings, rule, quiet } = this.options
    const { callId, accountId, name } = offer
    const handle = normalHandle(numbers.normal(offer.handle, accountId))
    const { key, e164, colleague, home } = numbers.facts(offer.handle, accountId)
    const contact = this.contact(key)
    const caller = callerFrom(contact, word, {
      lookalike: isLookalike(name, key),
      attestation: offer.attestation ?? null,
    })
    const emergency = lately.isEmergency()
    const repeated = lately.isRepeated(key)
    const isUnknown = key !== null && contact === null && word.name === null && !colleague && complete
    const decision = screening(
      {
        anonymous: key === null,
        emergency,
        isContact: contact !== null,
        dialled: lately.hasDialled(key),
        rule: rule({ key, home, unknown: isUnknown }),
        blockedBy: word.blockedBy,
        unknown: isUnknown,
      },
      settings(),
    )
    const base = { handle, name, caller, silent: false, askLater: null }
    if (decision.block) {
      const { by, list, match } = decision.screening
      const what = `blocked by ${list ?? by}, ${match ?? 'no'} match`
      this.crowdLog.info(`incoming calls ${what}`, `incoming call ${callId}: ${what}`)
      const refusal = { name: 'filteredByBlockList', sipStatus: this.blockedStatus() } as const
      return this.known.set(callId, { ...base, screening: decision.screening, refusal })
    }
    const because = quiet().on ? quiet().because : null
    const facts = { accountId, emergency, repeated, vip: caller.vip, favourite: contact?.favourite ?? false }
    const answer = because === null ? 'ring' : quietCall(facts, settings())
    if (answer === 'ring' || answer === 'silent') {
      const askLater = caller.name === null ? e164 : null
      return this.known.set(callId, { ...base, screening: null, refusal: null, silent: answer === 'silent', askLater })
    }
    const what = `kept away by do not disturb (${because ?? ''})`
    this.crowdLog.info(`incoming calls ${what}`, `incoming call ${callId}: ${what}`)
    const by = because === 'desktop' ? 'focus' : 'do-not-disturb'
    const refusal = { name: 'filteredByDoNotDisturb', sipStatus: 480 } as const
    this.known.set(callId, { ...base, screening: { by, list: null, match: null, ruleId: null }, refusal })
  }

  /** What a blocked caller is told; null: nothing. Strangers cannot make the phone keep any number of calls for it. */
  private blockedStatus(): number | null {
    const { settings, clock } = this.options
    const { blockedAnswer, ringSeconds } = settings()
    if (blockedAnswer !== 'silence') return Number(blockedAnswer)
    const now = clock.date()
    this.ignored = this.ignored.filter((until) => until > now)
    if (this.ignored.length >= ignoredAtMost) return 480
    this.ignored = [...this.ignored, now + ringSeconds * 1_000]
    return null
  }

  /** A call that nobody was asked about before, or whose far end is another now. */
  private identify(call: Call): void {
    const { numbers } = this.options
    const { id, accountId, handle, name } = call
    const before = this.known.get(id)
    const same = before !== undefined && sameHandle(before.handle, handle)
    const { key, e164 } = numbers.facts(handle, accountId)
    const contact = this.contact(key)
    const said = {
      lookalike: isLookalike(name, key),
      attestation: same ? before.caller.attestation : null,
    }
    const rest = { screening: before?.screening ?? null, refusal: null, silent: before?.silent ?? false }
    const take = (word: DirectoryWord): void => {
      const caller = callerFrom(contact, word, said)
      this.known.set(id, { ...rest, handle, name, caller, askLater: caller.name === null ? e164 : null })
    }
    // What a look-up on the network has found stays; a contact that is gone does not.
    if (same && before.caller.name !== null && before.caller.source !== 'contact' && contact === null) {
      return this.known.set(id, { ...before, name, caller: { ...before.caller, ...said } })
    }
    const word = contact ? silence : this.word({ handle, accountId })
    if (!(word instanceof Promise)) return take(word)
    take(silence)
    void word.then((answer) => {
      if (this.known.get(id)?.handle !== handle) return
      take(answer)
      this.askLater(id)
      this.options.onChange()
    })
  }

  /** Nobody here knows: whoever may be asked on the network is asked once, and the phone rings meanwhile. */
  private askLater(callId: CallId): void {
    const { sources, isPrivate, onChange, log } = this.options
    const known = this.known.get(callId)
    if (!known || known.askLater === null || isPrivate(callId)) return
    this.known.set(callId, { ...known, askLater: null })
    sources.lookUp(known.askLater).then(
      (found) => {
        const now = this.known.get(callId)
        if (!found || !now || !sameHandle(now.handle, known.handle) || now.caller.name !== null) return
        this.known.set(callId, { ...now, caller: { ...now.caller, name: found.name, source: found.source } })
        onChange()
      },
      (error: unknown) => log.warn(`looking up a caller: ${error instanceof Error ? error.message : 'failed'}`),
    )
  }

  private contact(key: string | null): KnownContact | null {
    try {
      return key === null ? null : this.options.sources.contact(key)
    } catch (error) {
      this.options.log.error(`contacts: ${error instanceof Error ? error.message : 'failed'}`)
      return null
    }
  }
}

/** Contacts are believed before directories. */
function callerFrom(
  contact: KnownContact | null,
  word: DirectoryWord,
  said: Pick<Caller, 'lookalike' | 'attestation'>,
): Caller {
  if (contact) {
    const { id, name, avatar, ringtone, vip } = contact
    return { name, contactId: id, source: 'contact', avatar, ringtone, vip, ...said }
  }
  const { name, source } = word
  return { name, contactId: null, source, avatar: null, ringtone: null, vip: false, ...said }
}
