/*
 * Whether the user wants to hear a caller at all, and why not. Pure: what is known of the caller is given, what becomes of the
 * call is decided elsewhere. In order: a call back after an emergency call, the user's own word about this very caller, contacts and
 * people called lately, the user's rules for many, directories, and what is known of the number.
 */
import type { BlockRule, Screening } from '../../common/directory'
import type { Settings } from '../../common/settings'

/** What is known of a caller. */
export interface ScreeningFacts {
  readonly anonymous: boolean
  /** An emergency number was called from here a short while ago: it may be the rescue that calls back. */
  readonly emergency: boolean
  readonly isContact: boolean
  /** The user called this number lately. */
  readonly dialled: boolean
  /** Of the user's own list, the narrowest rule that is about this caller now. */
  readonly rule: BlockRule | null
  /** The directory that blocks the number, by name; null: none does. */
  readonly blockedBy: string | null
  /** Everybody who might know the number has been asked, has answered in time, and does not. */
  readonly unknown: boolean
}

/** `because`: what let the caller through. */
export type ScreeningDecision =
  | { readonly block: false; readonly because: 'emergency' | 'rule' | 'contact' | 'dialled' | 'nothing' }
  | { readonly block: true; readonly screening: Screening }

export function screening(
  facts: ScreeningFacts,
  wishes: Pick<Settings, 'blockAnonymous' | 'blockUnknown'>,
): ScreeningDecision {
  const { anonymous, emergency, isContact, dialled, rule, blockedBy, unknown } = facts
  const ruled = ({ rings, match, id }: BlockRule): ScreeningDecision =>
    rings === true ? { block: false, because: 'rule' } : own(match, id)
  const own = (match: Screening['match'], ruleId: string | null): ScreeningDecision => ({
    block: true,
    screening: { by: 'own-list', list: null, match, ruleId },
  })
  if (emergency) return { block: false, because: 'emergency' }
  // Who put this very number on the list means it, be it a contact or not; a rule for many does not mean friends.
  if (rule && isPersonal(rule)) return ruled(rule)
  if (isContact) return { block: false, because: 'contact' }
  if (dialled) return { block: false, because: 'dialled' }
  if (rule) return ruled(rule)
  if (anonymous && wishes.blockAnonymous) return own('anonymous', null)
  if (blockedBy !== null) {
    return { block: true, screening: { by: 'directory', list: blockedBy, match: 'exact', ruleId: null } }
  }
  if (unknown && wishes.blockUnknown) return own('unknown', null)
  return { block: false, because: 'nothing' }
}

/** It is about one number or address. */
export const isPersonal = ({ match, value }: Pick<BlockRule, 'match' | 'value'>): boolean =>
  match === 'exact' || (match === 'address' && value.includes('@'))
