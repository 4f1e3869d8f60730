/*
 * Wishes about what servers offer besides calls (voicemail, messages), and about diagnostics.
 */
import type { UiCommand } from '../../common/contract/ui'
import { failure, type Perform } from './outcome'

/** The wishes answered here. */
export const serverWishes = [
  'listenToVoicemail',
  'sendMessage',
  'listMessages',
  'dismissAway',
  'testAccount',
  'endAccountTest',
  'previewDiagnostics',
  'saveDiagnostics',
] as const satisfies readonly UiCommand['type'][]
export type ServerWish = (typeof serverWishes)[number]

/** Fulfils them. */
export const performServers = (): Perform<ServerWish> => () => Promise.resolve(failure('failed'))
