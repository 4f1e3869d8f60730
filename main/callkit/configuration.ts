/*
 * What a provider can do (CXProviderConfiguration). A change takes effect only when a configuration is assigned to the
 * provider, and only for calls that begin afterwards.
 */
import type { HandleType } from '../../common/handle'
import { callKitError, type CallKitError } from './errors'

/** What a provider can do (CXProviderConfiguration). */
export interface ProviderConfiguration {
  /** Shown beside the call; on the desktop the account's name. */
  readonly localizedName: string
  /** How many calls or conferences may be up at once on this phone for a call of this provider to join them. */
  readonly maximumCallGroups: number
  /** Members of one conference. */
  readonly maximumCallsPerCallGroup: number
  /** What it can dial. */
  readonly supportedHandleTypes: ReadonlySet<HandleType>
  /** Gate of the set-translating action. */
  readonly supportsAudioTranslation: boolean
  /** Whether the service can do video at all. */
  readonly supportsVideo: boolean
  /** Whether ended calls are listed among the recents. */
  readonly includesCallsInRecents: boolean
  /** Name of a sound file; null: the phone's own ring. */
  readonly ringtoneSound: string | null
  /** A square PNG of which only the alpha channel counts; null for none. */
  readonly iconTemplateImageData: Uint8Array | null
  /**
   * Names the engine that can join this provider's calls with those of others of the same name, in a conference and when the one is handed
   * to the other; null: with none but its own. CallKit refuses every conference across providers, because there they are different apps.
   * Here one engine may carry the sound of all accounts.
   */
  readonly audioMixer: string | null
}

/** CallKit's defaults: two calls at once, five in a conference, no kind of handle it can dial until that is said. */
export const defaultConfiguration: ProviderConfiguration = {
  localizedName: '',
  maximumCallGroups: 2,
  maximumCallsPerCallGroup: 5,
  supportedHandleTypes: new Set(),
  supportsAudioTranslation: false,
  supportsVideo: false,
  includesCallsInRecents: true,
  ringtoneSound: null,
  iconTemplateImageData: null,
  audioMixer: null,
}

/** A configuration of its own: what is done to the one it was made of does not touch it. */
export const copied = (configuration: ProviderConfiguration): ProviderConfiguration => ({
  ...configuration,
  supportedHandleTypes: new Set(configuration.supportedHandleTypes),
  iconTemplateImageData: configuration.iconTemplateImageData?.slice() ?? null,
})

/** null when the configuration can be used, else CXError invalidArgument: limits are whole numbers from 1. */
export function configurationError(configuration: ProviderConfiguration): CallKitError<'general'> | null {
  const { maximumCallGroups, maximumCallsPerCallGroup } = configuration
  const valid = [maximumCallGroups, maximumCallsPerCallGroup].every((limit) => Number.isInteger(limit) && limit >= 1)
  return valid ? null : callKitError('general', 'invalidArgument')
}
