/*
 * What a provider can do (CXProviderConfiguration, contract section 2.3). A change takes effect only when a configuration
 * is assigned to the provider, and only for calls that begin afterwards.
 */
import type { HandleType } from '../../common/handle'
import { callKitError, type CallKitError } from './errors'

export interface ProviderConfiguration {
  /** Shown beside the call; on the desktop the account's name. */
  readonly localizedName: string
  /** How many calls or conferences may be up at once on this phone for a call of this provider to join them. */
  readonly maximumCallGroups: number
  /** Members of one conference. */
  readonly maximumCallsPerCallGroup: number
  /** What it can dial. */
  readonly supportedHandleTypes: ReadonlySet<HandleType>
  readonly supportsAudioTranslation: boolean
}

export const defaultConfiguration: ProviderConfiguration = {
  localizedName: '',
  maximumCallGroups: 2,
  maximumCallsPerCallGroup: 5,
  supportedHandleTypes: new Set(),
  supportsAudioTranslation: false,
}

/** null when the configuration can be used, else CXError invalidArgument: limits are whole numbers from 1. */
export function configurationError(configuration: ProviderConfiguration): CallKitError<'general'> | null {
  const { maximumCallGroups, maximumCallsPerCallGroup } = configuration
  const valid = [maximumCallGroups, maximumCallsPerCallGroup].every((limit) => Number.isInteger(limit) && limit >= 1)
  return valid ? null : callKitError('general', 'invalidArgument')
}
