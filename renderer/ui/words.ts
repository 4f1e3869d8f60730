/*
 * Every code as a sentence a person understands: what happened, and what can be done. Exhaustive by type: a new code
 * does not compile without words. Codes and SIP statuses themselves go to a details line, never into the sentence.
 */
import type { EndCause, RegistrationFailure, RequestErrorCode } from '../../common/errors'
import type { Call } from '../../common/call'
import type { Notice } from '../../common/phone-state'

export const words = {
  anonymous: 'Unknown caller',
  today: 'Today',
  yesterday: 'Yesterday',
}

/** A headline and what can be done about it. */
export interface Explanation {
  readonly title: string
  readonly remedy: string
}

const registrationWords: Record<RegistrationFailure, Explanation> = {
  'wrong-password': {
    title: 'The server did not accept the password.',
    remedy:
      'Check the password and the user name; capital letters matter. If both are right, too many phones may be signed in.',
  },
  forbidden: {
    title: 'The server does not let this account in.',
    remedy:
      'It may be blocked or signed in on too many phones, or the password has changed. Ask whoever runs the server.',
  },
  'unknown-user': {
    title: 'The server does not know this account.',
    remedy: 'Check the SIP address. The part before the @ must be the name the server gave you.',
  },
  'password-needed': {
    title: 'The password is needed again.',
    remedy: 'It is not stored on this computer, or can no longer be read. Type it to connect.',
  },
  unreachable: {
    title: 'The server does not answer.',
    remedy: 'Check the server address and port, and your network.',
  },
  'unknown-host': {
    title: 'There is no server by that name.',
    remedy: 'Check the server address for typing mistakes, and that you are online (or on the VPN).',
  },
  certificate: {
    title: 'The server’s certificate is not trusted.',
    remedy: 'Somebody else could be posing as your server. Trust it only if you know the fingerprint is right.',
  },
  'old-tls': {
    title: 'The server speaks only an outdated kind of encryption.',
    remedy: 'Ask whoever runs it for TLS 1.2 or newer. On Asterisk it is “method=tlsv1_2” of the transport.',
  },
  'no-tls': {
    title: 'The server was reached, but no encrypted connection came about.',
    remedy:
      'Check the port, often 5061 for TLS; or choose TCP or UDP. The server may also want a certificate from you.',
  },
  'client-certificate': {
    title: 'The server wants a certificate from the phone.',
    remedy: 'Patchcord has none to show. Ask whoever runs the server to let the account in by its password alone.',
  },
  'no-websocket': {
    title: 'That server answers, but does not offer SIP over WebSocket (WebRTC).',
    remedy: 'Check the port and the path at the end of the address, often :8089/ws. Or ask for WebRTC to be turned on.',
  },
  timeout: {
    title: 'The server did not answer the sign-in.',
    remedy: 'It may be busy or switched off, or something else listens there. Check the server address and port.',
  },
  'connection-lost': {
    title: 'The connection to the server was lost.',
    remedy: 'It is being made again. Calls cannot come in until then.',
  },
  'unsupported-auth': {
    title: 'The server asks for a way of signing in that Patchcord does not speak.',
    remedy: 'Ask whoever runs the server to allow digest authentication.',
  },
  'server-error': {
    title: 'The server reported a fault of its own.',
    remedy: 'It may pass by itself. If it stays, tell whoever runs the server.',
  },
  'engine-lost': {
    title: 'The call engine stopped and is being restarted.',
    remedy: 'The account connects again in a moment.',
  },
  'invalid-account': {
    title: 'The address or the server of this account cannot be understood.',
    remedy: 'The address looks like name@example.com, the server like example.com or wss://example.com:8089/ws.',
  },
}
export const explainRegistration = (reason: RegistrationFailure): Explanation => registrationWords[reason]

const certificateWords: Readonly<Record<string, string>> = {
  'net::ERR_CERT_AUTHORITY_INVALID': 'Nobody this computer trusts has signed it.',
  'net::ERR_CERT_DATE_INVALID': 'It is out of date, or this computer’s clock is wrong.',
  'net::ERR_CERT_COMMON_NAME_INVALID': 'It is for another server.',
  'net::ERR_CERT_REVOKED': 'It was taken back by whoever signed it.',
  'net::ERR_CERT_WEAK_SIGNATURE_ALGORITHM': 'It is signed in a way that is no longer safe.',
  'net::ERR_CERT_WEAK_KEY': 'Its key is too short to be safe.',
}
/** Why a certificate was refused, by the code of the network layer. */
export const explainCertificate = (error: string): string =>
  certificateWords[error] ?? 'It is not made as certificates are.'

const requestWords: Record<RequestErrorCode, Explanation> = {
  'invalid-argument': { title: 'That was not understood.', remedy: 'Check what was typed and try again.' },
  'unknown-call': { title: 'That call is already over.', remedy: '' },
  'unknown-account': { title: 'That account is no longer there.', remedy: 'Choose another one.' },
  'no-account': { title: 'There is no account to call with.', remedy: 'Add or turn on an account in Settings.' },
  'not-registered': {
    title: 'The account is not connected to its server.',
    remedy: 'Wait until it is connected, or see Settings for the reason.',
  },
  'invalid-target': {
    title: 'That cannot be dialled.',
    remedy: 'Type a number, an extension, or an address like name@example.com.',
  },
  'invalid-action': { title: 'That is not possible in this call right now.', remedy: '' },
  'too-many-calls': { title: 'There are too many calls.', remedy: 'End or hold one first.' },
  'engine-unavailable': { title: 'The phone is just starting.', remedy: 'Try again in a second.' },
  'timed-out': { title: 'That took too long and was given up.', remedy: 'Try again.' },
  'microphone-denied': {
    title: 'Patchcord may not use the microphone.',
    remedy: 'Allow it in the privacy settings of your system, then try again.',
  },
  'microphone-missing': { title: 'No microphone was found.', remedy: 'Connect one, or choose another in Settings.' },
  'microphone-busy': {
    title: 'The microphone cannot be opened.',
    remedy: 'Another program may be using it. Close that, or choose another microphone.',
  },
  'media-failed': {
    title: 'No sound connection could be made.',
    remedy: 'A firewall or VPN may be in the way.',
  },
  'transfer-refused': {
    title: 'They do not let themselves be transferred.',
    remedy: 'They are still here. Bring everybody together instead, or give them the number.',
  },
  'transfer-failed': {
    title: 'The transfer did not go through.',
    remedy: 'They are still here. The other side was busy, did not answer, or could not be reached.',
  },
  'not-set-up': {
    title: 'This account has nothing set up for that.',
    remedy: 'Edit the account in Settings to say where such calls should go.',
  },
  'dtmf-unsupported': { title: 'The other side does not accept digits in this call.', remedy: '' },
  'storage-failed': {
    title: 'The settings could not be saved.',
    remedy: 'The old ones are intact. Check that the disk is not full.',
  },
  'needs-consent': {
    title: 'The password can only be kept unprotected here.',
    remedy: 'Choose below how it should be kept.',
  },
  'account-exists': { title: 'This address is already set up.', remedy: 'Edit the account that is there instead.' },
  'registration-failed': {
    title: 'The account could not connect.',
    remedy: 'Nothing was saved. Check what you typed.',
  },
  failed: { title: 'That did not work.', remedy: 'Try again. If it stays, the log says more.' },
}
export const explainRequest = (code: RequestErrorCode): Explanation => requestWords[code]

const endWords: Record<EndCause, Explanation> = {
  'hung-up': { title: 'Call ended', remedy: '' },
  cancelled: { title: 'Cancelled', remedy: '' },
  declined: { title: 'Declined', remedy: '' },
  'remote-hung-up': { title: 'They hung up', remedy: '' },
  'remote-cancelled': { title: 'Missed call', remedy: 'They hung up before you answered.' },
  transferred: { title: 'Transferred', remedy: 'They are connected, without you.' },
  'remote-transferred': { title: 'They handed you on', remedy: 'Your call goes on with somebody else.' },
  deflected: { title: 'Sent elsewhere', remedy: '' },
  forwarded: { title: 'Forwarded', remedy: 'Your account’s forwarding sent it on.' },
  'answered-elsewhere': { title: 'Answered elsewhere', remedy: 'Somebody took the call on another phone.' },
  'declined-elsewhere': { title: 'Declined elsewhere', remedy: 'The call was declined on another phone.' },
  unanswered: { title: 'No answer', remedy: 'Nobody picked up.' },
  busy: { title: 'Busy', remedy: 'They are in another call. Try again later.' },
  rejected: { title: 'Declined by the other side', remedy: 'They do not want to take the call now.' },
  'not-found': { title: 'Number not found', remedy: 'The server knows nobody by that number or address.' },
  unreachable: { title: 'Not reachable', remedy: 'Their phone is off or not connected.' },
  forbidden: { title: 'Not allowed', remedy: 'Your server does not let this account call there.' },
  'not-acceptable': { title: 'No common language', remedy: 'The two phones share no way of sending sound.' },
  'no-webrtc': {
    title: 'No protected sound',
    remedy: 'The server offers no WebRTC sound for this call. Ask for WebRTC to be turned on for your account.',
  },
  'srtp-required': {
    title: 'Sound not encrypted',
    remedy: 'Your account takes encrypted calls only, and the other side offers none. Its settings can allow both.',
  },
  'microphone-denied': {
    title: 'No access to the microphone',
    remedy: 'Allow Patchcord to use it in the privacy settings of your system.',
  },
  'microphone-missing': { title: 'No microphone', remedy: 'Connect one, or choose another in Settings.' },
  'microphone-busy': {
    title: 'Microphone in use',
    remedy: 'Another program holds it. Close that, or choose another microphone.',
  },
  'media-failed': { title: 'No sound connection', remedy: 'A firewall or VPN may be in the way.' },
  redirected: {
    title: 'They take calls elsewhere',
    remedy: 'The server named another address, which was not called.',
  },
  'session-expired': { title: 'The other side is gone', remedy: 'Their phone stopped answering without hanging up.' },
  'connection-lost': { title: 'Connection lost', remedy: 'The connection to the server broke in the call.' },
  'engine-lost': { title: 'Call interrupted', remedy: 'The call engine stopped unexpectedly. It is running again.' },
  interrupted: { title: 'Call interrupted', remedy: 'Patchcord stopped unexpectedly in the call. Call again.' },
  'server-error': { title: 'The server failed', remedy: 'The server could not put the call through. Try again.' },
  failed: { title: 'Call failed', remedy: 'Try again. If it stays, the log says more.' },
}

const cannot = 'The server asks for something that this phone does not do. Whoever runs it can turn that off.'
/** Refusals of a call of ours whose cause says less than their status (RFC 3261 section 21). */
const statusWords: Readonly<Record<number, Explanation>> = {
  420: { title: 'Not supported here', remedy: cannot },
  421: { title: 'Not supported here', remedy: cannot },
  483: {
    title: 'Goes round in circles',
    remedy: 'That number is forwarded in a loop. Whoever runs the server can end it.',
  },
  503: { title: 'Not reachable', remedy: 'The server, or what is behind it, has no line free now. Try again later.' },
}

/**
 * Why a call ended. From the caller's seat some causes read differently than from the called one's. `sipStatus`: what ended it on the wire; null: nothing
 * did.
 */
export function explainEnd(
  cause: EndCause,
  direction: Call['direction'],
  connected: boolean,
  sipStatus: number | null,
): Explanation {
  const refused = direction === 'outgoing' && !connected && sipStatus !== null ? statusWords[sipStatus] : undefined
  if (refused && (cause === 'server-error' || cause === 'unreachable')) return refused
  if (cause === 'unanswered' && direction === 'incoming') return { title: 'Missed call', remedy: 'You did not answer.' }
  if (cause === 'remote-hung-up' && !connected) return { title: 'Call ended', remedy: '' }
  if (cause === 'busy' && direction === 'incoming')
    return { title: 'Caller was told you are busy', remedy: 'Do not disturb was on, or you were in another call.' }
  if (cause === 'rejected' && direction === 'incoming') return { title: 'Declined', remedy: '' }
  return endWords[cause]
}

/** The line for those who want to know: the wire's own words. */
export const endDetails = (call: {
  readonly cause: EndCause
  readonly sipStatus: number | null
  readonly reason: string | null
}): string => {
  const wire = [call.sipStatus, call.reason].filter((part) => part !== null && part !== '').join(' ')
  return wire === '' ? call.cause : `SIP ${wire} · ${call.cause}`
}

/** Causes that went as somebody wished: they need no remedy and no alarm. */
export const endedWell = (cause: EndCause): boolean => wellEnded.includes(cause)

const wellEnded: readonly EndCause[] = [
  'hung-up',
  'cancelled',
  'declined',
  'remote-hung-up',
  'transferred',
  'remote-transferred',
  'deflected',
  'forwarded',
  'answered-elsewhere',
  'declined-elsewhere',
]

/** What a call is doing, in words. */
export function sayState(call: Call): string {
  switch (call.state) {
    case 'incoming':
      return call.waiting ? 'Also calling' : 'Incoming call'
    case 'dialing':
      return 'Calling…'
    case 'alerting':
      return 'Ringing…'
    case 'connecting':
      return 'Connecting…'
    case 'active':
      return call.remoteHeld ? 'They put you on hold' : 'In call'
    case 'held':
      return call.remoteHeld ? 'On hold on both sides' : 'On hold'
    case 'ending':
      return 'Ending…'
    case 'ended':
      return explainEnd(call.cause, call.direction, call.connectedAt !== null, call.sipStatus).title
  }
}

/** A mean opinion score in words (ITU-T G.107 Annex B, user satisfaction, in four steps). */
export function sayQuality(mos: number): { readonly word: string; readonly bars: 1 | 2 | 3 | 4 } {
  if (mos >= 4.03) return { word: 'Excellent', bars: 4 }
  if (mos >= 3.6) return { word: 'Good', bars: 3 }
  if (mos >= 3.1) return { word: 'Fair', bars: 2 }
  return { word: 'Poor', bars: 1 }
}

const noticeWords: Record<Notice['kind'], Explanation> = {
  'settings-restored': {
    title: 'The settings were damaged and have been restored.',
    remedy: 'The last good copy is in use. Have a look whether all is as you like it.',
  },
  'settings-unreadable': {
    title: 'The settings could not be read.',
    remedy: 'Patchcord started with fresh ones. The old file was kept beside them.',
  },
  'contacts-unreadable': {
    title: 'The contacts were damaged and could not be read.',
    remedy: 'Patchcord started with none; address books on servers come back by themselves. The old file was kept.',
  },
  'calls-unreadable': {
    title: 'The older calls were damaged and could not be read.',
    remedy: 'The newest ones are here. The old file was kept.',
  },
  'disk-full': {
    title: 'There is no room left on the disk.',
    remedy: 'Calls work, but calls, contacts and settings may not be kept. Make room, then start Patchcord again.',
  },
  'engine-restarted': {
    title: 'The call engine stopped and was restarted.',
    remedy: 'A call that was up may have been cut.',
  },
  'provisioning-failed': { title: 'The account file could not be imported.', remedy: '' },
  provisioned: { title: 'Accounts were imported.', remedy: '' },
  'unprotected-passwords': {
    title: 'Passwords are kept unprotected on this computer.',
    remedy: 'There is no keychain. To type them at each start instead, edit the account in Settings.',
  },
}
export const explainNotice = (kind: Notice['kind']): Explanation => noticeWords[kind]
