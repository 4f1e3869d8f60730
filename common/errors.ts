/*
 * The closed lists of what can go wrong: why a request was refused, why an account is not registered, why a call ended.
 * Codes only; the words a person reads are in the ui page (renderer/ui/words.ts). The remedy stands beside each code.
 */

/** Why a request by a window, the tray, a notification or the control door was not carried out. */
export const requestErrorCodes = [
  'invalid-argument', // malformed request: a bug in the client, or a hostile one; nothing was done
  'unknown-call', // no such live call; treat an `end` that meets it as done
  'unknown-account', // no such account; read the snapshot again
  'no-account', // nothing to call with: add an account
  'not-registered', // the account cannot reach its server now; its registration tells why
  'invalid-target', // the dialled text is neither a number nor a SIP address
  'invalid-action', // the call is not in a state that allows it; the same predicate disables the button
  'too-many-calls', // CallKit maximumCallGroupsReached: end or hold a call first
  'engine-unavailable', // the engine is starting or restarting; try again in a second
  'timed-out', // the action passed its deadline
  'microphone-denied', // the system or the user refused the microphone
  'microphone-missing', // no input device
  'microphone-busy', // the device is there but cannot be opened
  'media-failed', // no audio path could be made (ICE/DTLS), or SDP was refused
  'transfer-refused', // the far end does not let itself be transferred; it is still here
  'transfer-failed', // whom it was to be handed to could not be reached; it is still here
  'not-set-up', // the account names no voicemail, conference server or parking place
  'dtmf-unsupported', // neither telephone-event nor INFO is possible in this call
  'storage-failed', // the settings could not be written; the old ones are intact
  'needs-consent', // no keychain: the password may only be kept unprotected, and the user has not agreed
  'account-exists', // this address is already set up
  'registration-failed', // the trial registration of a new account failed; `registration` in the details says why
  'failed', // anything else; the log has it
] as const
/** One of `requestErrorCodes`. */
export type RequestErrorCode = (typeof requestErrorCodes)[number]

/** The outcome of a request. Expected failures are values. */
export type Result<T = void> = { ok: true; value: T } | { ok: false; code: RequestErrorCode; detail?: string }

export const done: Result = { ok: true, value: undefined }
export const refused = (
  code: RequestErrorCode,
  detail?: string,
): { ok: false; code: RequestErrorCode; detail?: string } =>
  detail === undefined ? { ok: false, code } : { ok: false, code, detail }

/** Why an account is not registered. */
export const registrationFailures = [
  'wrong-password', // 401/407 again after credentials, or 403 to a REGISTER that carried them
  'forbidden', // 403 without a challenge: the server does not let this account in
  'unknown-user', // 404: no such account on that server
  'password-needed', // the password is not stored or no longer decrypts: ask once
  'unreachable', // no TCP connection: wrong host, port, firewall or server down
  'unknown-host', // the name does not resolve
  'certificate', // TLS certificate not trusted; `certificate` says which
  'old-tls', // TLS older than 1.2 is all the server speaks
  'no-tls', // something answers there, but no TLS connection comes about
  'client-certificate', // the server wants a certificate of the phone's, which has none
  'no-websocket', // something answers there, but not SIP over WebSocket (RFC 7118): server without WebRTC, or wrong path
  'timeout', // connected, but no answer to REGISTER
  'connection-lost', // was registered; the connection went away and is being made again
  'unsupported-auth', // the server asks for an authentication we do not speak
  'server-error', // 5xx or nonsense
  'engine-lost', // our own engine restarts
  'invalid-account', // the account's address or server cannot be parsed
] as const
export type RegistrationFailure = (typeof registrationFailures)[number]

/** Why a call ended. CallKit's five reasons are derived from these (main/callkit/call-kit-view.ts). */
export const endCauses = [
  'hung-up', // the local user ended a connected call
  'cancelled', // the local user gave up before the far end answered
  'declined', // the local user declined a ringing call
  'remote-hung-up', // the far end ended a connected call
  'remote-cancelled', // the caller gave up before we answered: missed
  'transferred', // the local user handed the far end to somebody else
  'remote-transferred', // the far end handed us to somebody else: our call to them goes on instead
  'deflected', // the local user sent a ringing call elsewhere (302)
  'forwarded', // the account's own rule sent it elsewhere, before or after it rang
  'answered-elsewhere', // CANCEL with Reason SIP;cause=200 (RFC 3326): not missed
  'declined-elsewhere', // CANCEL with Reason SIP;cause=600 or 603: not missed
  'unanswered', // rang to its end, in either direction (408, 480, 487, ring time-out)
  'busy', // 486, 600
  'rejected', // 603, 607, 608, and 403 after the far end was alerted (Asterisk's word for declined)
  'not-found', // 404, 410, 484, 485, 604
  'unreachable', // 480 with Q.850 20/27, 502-504, transaction time-out, no connection
  'forbidden', // 401/407 twice, 403
  'not-acceptable', // 415, 488, 606: no common codec or media
  'no-webrtc', // the far end's SDP has no DTLS fingerprint: the server offers plain media only
  'srtp-required', // the account takes encrypted sound only and the far end offers none
  'microphone-denied',
  'microphone-missing',
  'microphone-busy',
  'media-failed', // ICE or DTLS did not connect, or broke and did not come back
  'redirected', // 3xx: the server names another address; nothing is dialled that the user did not choose
  'session-expired', // the far end stopped refreshing the session (RFC 4028): it is gone
  'connection-lost', // signalling was lost and the dialog with it
  'engine-lost', // the engine page died in the call
  'interrupted', // the phone itself stopped in the call, without a word; found out at its next start
  'server-error', // other 4xx, 5xx, 6xx
  'failed', // anything else
] as const
/** One of `endCauses`. */
export type EndCause = (typeof endCauses)[number]
