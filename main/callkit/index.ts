/*
 * The entry of the framework: CallKit's model for any desktop program that hosts calls, whatever carries them. Pure
 * TypeScript without Electron, SIP or a screen. What is not exported here is nobody else's business.
 */

// The framework as a whole.
export { createCallKit, type CallKit, type CallKitOptions, type CallKitPolicies } from './call-kit'

// Providers: where calls come from, and who carries wishes out.
export { Provider, type EndReport } from './provider'
export type { ProviderDelegate } from './delegate'
export { configurationError, defaultConfiguration, type ProviderConfiguration } from './configuration'
export type { CallUpdate } from './update'
export type { Admission, CallWishes, Refusal, ScreenedOut } from './admission'
export type { PushClient, PushPayload } from './push-payload'

// Wishes: controller, transactions, actions.
export { CallController } from './controller'
export { Transaction } from './transaction'
export {
  Action,
  type ActionBody,
  type ActionKind,
  type ActionOf,
  type BodyOf,
  type Outcome,
  type TransferTarget,
  type TranslationEngine,
} from './action'
export {
  answerCallAction,
  deflectCallAction,
  endCallAction,
  playDtmfCallAction,
  refuseReferralCallAction,
  setGroupCallAction,
  setHeldCallAction,
  setMutedCallAction,
  setTranslatingCallAction,
  startCallAction,
  transferCallAction,
  type DtmfType,
  type StartOptions,
  type TranslationLanguages,
} from './call-actions'
export { originators, type Originator } from './verbs'
export type { Accepted, SwitchboardOptions } from './switchboard'
export type { Plan } from './preflight'
export { ActionEvents, type ActionEvent, type ActionListener } from './action-events'

// What can be seen of calls: without handles by anybody, with everything by the phone itself.
export { CallObserver, isEqual, type CallChanged, type ObservedCall } from './observer'
export { Registry, type RegistryListener, type RegistryOptions } from './registry'
export { Switchboard } from './switchboard'
export { AudioSession } from './audio-session'
export { groupToJoin } from './groups'
export { callKitView, endedReason, type EndedReason } from './call-kit-view'
export { transition, type CallEvent, type Transition } from '../../common/call-transition'
export {
  canAnswer,
  canDeflect,
  canEnd,
  canGroup,
  canHold,
  canMute,
  canPlayDtmf,
  canResume,
  canTransfer,
  canTransferTo,
  canUngroup,
  connectedAt,
  defaultCapabilities,
  groupOf,
  isLive,
  isMissed,
  isMuted,
  type Call,
  type CallFacts,
  type CallId,
  type CallPhase,
  type CallState,
  type Capabilities,
  type Direction,
  type Ended,
  type LiveCall,
  type Referral,
  type Talking,
  type Transfer,
} from '../../common/call'
export { anonymous, handleTypes, sameHandle, type Handle, type HandleType } from '../../common/handle'
export { normalHandle } from './handle'

// Policies.
export { ResumePolicy, type ResumePolicyOptions } from './resume-policy'
export { RingTimeout, type RingTimeoutOptions } from './ring-timeout'
export { Watchdog, type WatchdogOptions } from './watchdog'

// What can go wrong.
export {
  callKitError,
  errorCodes,
  errorDomains,
  requestErrorCode,
  type CallKitError,
  type ErrorCodes,
  type ErrorDomain,
  type IncomingCallError,
  type RequestTransactionError,
} from './errors'
export { endCauses, requestErrorCodes, type EndCause, type RequestErrorCode, type Result } from '../../common/errors'

// Call directories: who a number belongs to and whom not to hear, said beforehand by sources that never learn who calls.
export type { CallDirectoryProvider } from './directory/provider'
export type { CallDirectoryExtensionContextDelegate } from './directory/delegate'
export {
  CallDirectoryExtensionContext,
  type CallDirectoryContextOptions,
  type CallDirectoryOutcome,
} from './directory/extension-context'
export {
  CallDirectoryManager,
  callDirectoryEnabledStatuses,
  type CallDirectoryEnabledStatus,
  type CallDirectoryManagerOptions,
} from './directory/manager'
export { defaultMaximumEntries, requestEntries, type EntriesRequest } from './directory/request-entries'
export type { CallDirectoryCounts, CallDirectoryStaging } from './directory/staging'
export {
  callDirectoryPhoneNumber,
  callDirectoryPhoneNumberMax,
  isCallDirectoryPhoneNumber,
  type CallDirectoryPhoneNumber,
} from './directory/phone-number'
export {
  callDirectoryError,
  isCallDirectoryErrorName,
  type CallDirectoryError,
  type CallDirectoryErrorName,
  type CallDirectoryStream,
  type OffendingEntry,
} from './directory/error'

// What the host brings.
export { systemClock, type Clock, type Timer } from '../../common/clock'
export { silentLog, type Log } from '../../common/log'
