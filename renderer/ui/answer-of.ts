/*
 * Takes the answer one asked for out of a reply; anything else, a refusal included, is none. Pure.
 */
import type { UiAnswer } from '../../common/contract/ui-answer'
import type { Reply } from './phone.svelte'

export function answerOf<Type extends UiAnswer['type']>(
  reply: Reply,
  type: Type,
): Extract<UiAnswer, { type: Type }> | null {
  if (!reply.ok || reply.answer?.type !== type) return null
  return reply.answer as Extract<UiAnswer, { type: Type }>
}
