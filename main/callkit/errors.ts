/*
 * CallKit's error domains and codes, and what each is called in the phone's own closed list. It must not know the words
 * a person reads.
 */
import type { CallId } from '../../common/call'
import type { RequestErrorCode } from '../../common/errors'

/** Domain strings as CallKit spells them. */
export const errorDomains = {
  general: 'com.apple.CallKit.error',
  incomingCall: 'com.apple.CallKit.error.incomingcall',
  requestTransaction: 'com.apple.CallKit.error.requesttransaction',
  callDirectoryManager: 'com.apple.CallKit.error.calldirectorymanager',
  notificationServiceExtension: 'com.apple.CallKit.error.notificationserviceextension',
} as const

/** CXErrorCode. */
const general = { unknownError: 0, unentitled: 1, invalidArgument: 2, missingVoIPBackgroundMode: 3 } as const

/** CXErrorCodeIncomingCallError. */
const incomingCall = {
  unknown: 0,
  unentitled: 1,
  callUUIDAlreadyExists: 2,
  filteredByDoNotDisturb: 3,
  filteredByBlockList: 4,
  filteredDuringRestrictedSharingMode: 5,
  callIsProtected: 6,
  filteredBySensitiveParticipants: 7,
  // Ours: CallKit has no code for an incoming call beyond its limits.
  maximumCallGroupsReached: 100,
  callWaitingDisabled: 101,
} as const

/** CXErrorCodeRequestTransactionError. */
const requestTransaction = {
  unknown: 0,
  unentitled: 1,
  unknownCallProvider: 2,
  emptyTransaction: 3,
  unknownCallUUID: 4,
  callUUIDAlreadyExists: 5,
  invalidAction: 6,
  maximumCallGroupsReached: 7,
  callIsProtected: 8,
} as const

/** CXErrorCodeCallDirectoryManagerError. */
const callDirectoryManager = {
  unknown: 0,
  noExtensionFound: 1,
  loadingInterrupted: 2,
  entriesOutOfOrder: 3,
  duplicateEntries: 4,
  maximumEntriesExceeded: 5,
  extensionDisabled: 6,
  currentlyLoading: 7,
  unexpectedIncrementalRemoval: 8,
} as const

/** CXErrorCodeNotificationServiceExtensionError. */
const notificationServiceExtension = {
  unknown: 0,
  invalidClientProcess: 1,
  missingNotificationFilteringEntitlement: 2,
} as const

/** Every code of every domain, by its name. */
export const errorCodes = {
  general,
  incomingCall,
  requestTransaction,
  callDirectoryManager,
  notificationServiceExtension,
} as const
/** The codes by domain and name. */
export type ErrorCodes = typeof errorCodes

/** Whose codes an error's are. */
export type ErrorDomain = keyof ErrorCodes

/** An error as a value. CallKit's carry no user info; these name the call and the action they are about. */
export interface CallKitError<Domain extends ErrorDomain = ErrorDomain> {
  readonly domain: (typeof errorDomains)[Domain]
  readonly name: keyof ErrorCodes[Domain] & string
  readonly code: number
  readonly callId: CallId | null
  readonly actionId: string | null
}

/** Why an incoming call may not ring. */
export type IncomingCallError = CallKitError<'incomingCall'>
/** Why a transaction was refused. */
export type RequestTransactionError = CallKitError<'requestTransaction'>

/** The error `name` of `domain`, about this call and action. */
export function callKitError<Domain extends ErrorDomain>(
  domain: Domain,
  name: keyof ErrorCodes[Domain] & string,
  about: { callId?: CallId; actionId?: string } = {},
): CallKitError<Domain> {
  const code = (errorCodes[domain] as Readonly<Record<string, number>>)[name] ?? 0
  return { domain: errorDomains[domain], name, code, callId: about.callId ?? null, actionId: about.actionId ?? null }
}

const requestCodes: Readonly<Record<RequestTransactionError['name'], RequestErrorCode>> = {
  unknown: 'failed',
  unentitled: 'failed',
  unknownCallProvider: 'unknown-account',
  emptyTransaction: 'invalid-argument',
  unknownCallUUID: 'unknown-call',
  callUUIDAlreadyExists: 'invalid-argument',
  invalidAction: 'invalid-action',
  maximumCallGroupsReached: 'too-many-calls',
  callIsProtected: 'invalid-action',
}

/** What a refused transaction is called in the answer to a window or the control door. */
export const requestErrorCode = (error: RequestTransactionError): RequestErrorCode => requestCodes[error.name]
