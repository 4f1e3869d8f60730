/*
 * What a ui page may ask of the directories that identify and block callers, and of the rules for numbers; part of `ui.ts`.
 */
import * as v from 'valibot'
import { numberPlanSchema } from '../account'
import { blockRuleSchema, sourceDraftSchema } from '../directory'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const sourceId = text(64)

export const directoryCommands = [
  v.strictObject({ type: v.literal('addSource'), draft: sourceDraftSchema }),
  v.strictObject({ type: v.literal('changeSource'), sourceId, draft: sourceDraftSchema }),
  v.strictObject({ type: v.literal('removeSource'), sourceId }),
  v.strictObject({ type: v.literal('setSourceEnabled'), sourceId, enabled: v.boolean() }),
  /** All of them, first to be believed first. */
  v.strictObject({ type: v.literal('orderSources'), sourceIds: v.pipe(v.array(sourceId), v.maxLength(64)) }),
  v.strictObject({ type: v.literal('reloadSource'), sourceId }),
  /** Main asks for a file; answered by `path`, null when the user thought better of it. */
  v.strictObject({ type: v.literal('chooseSourceFile') }),
  v.strictObject({ type: v.literal('addBlockRule'), rule: blockRuleSchema }),
  v.strictObject({ type: v.literal('removeBlockRule'), ruleId: text(64) }),
  /** How a number is understood and dialled under these rules; answered by `number`. */
  v.strictObject({ type: v.literal('testNumber'), plan: numberPlanSchema, text: text(256) }),
] as const
