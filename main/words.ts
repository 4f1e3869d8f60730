/*
 * The words main says by itself: notifications, the tray and its menu. Short and plain, in the user's terms; the ui page
 * has its own. Nothing here knows where the words are shown.
 */
import type { Doubt, Reach } from '../common/reach'
import type { Registration } from '../common/account'
import type { EndCause, RegistrationFailure } from '../common/errors'

export const words = {
  appName: 'Patchcord',
  unknownCaller: 'Unknown caller',
  hiddenNumber: 'hidden number',
  incomingCall: 'Incoming call',
  /** A call nobody is to read the name of; `count` 0: the only one. */
  someCall: (count: number): string => (count === 0 ? 'A call' : `Call ${count}`),
  letIn: (who: string): string => `Answered by itself: ${who}`,
  hiddenLetIn: 'A call was answered by itself',
  meantFor: (whom: string): string => `for ${whom}`,
  callAsks: 'A call waits for your answer',
  hiddenMissedCalls: (count: number): string => (count === 1 ? 'Missed call' : `${count} missed calls`),
  hiddenUnansweredCalls: (count: number): string =>
    count === 1 ? 'A call could not be answered' : `${count} calls could not be answered`,
  answer: 'Answer',
  holdAndAnswer: 'Hold & Answer',
  endAndAnswer: 'End & Answer',
  decline: 'Decline',
  voicemail: 'Voicemail',
  doNotDisturb: 'Do not disturb',
  open: 'Open',
  callBack: 'Call back',
  hide: 'Hide',
  cancel: 'Cancel',
  lists: 'Lists of numbers',
  remindMe: 'Remind me',
  reminder: (who: string): string => `Call ${who} back?`,
  hiddenReminder: 'Call back?',
  messages: (who: string, count: number): string =>
    count === 1 ? `Message from ${who}` : `${count} messages from ${who}`,
  hiddenMessages: (count: number): string => (count === 1 ? 'New message' : `${count} new messages`),
  callsFile: 'Patchcord calls.csv',
  /** As the diagnostics are saved at first, and what kind of file that is. */
  diagnosticsFile: 'Patchcord diagnostics.txt',
  textFile: 'Text',
  contactsFile: 'Patchcord contacts.vcf',
  dataFile: 'Patchcord data.json',
  eraseData: {
    message: 'Erase everything?',
    detail:
      'Accounts, passwords, contacts, calls, directories, settings and logs are erased for good. Patchcord starts again as new.',
    agree: 'Erase everything',
  },
  missedCalls: (who: string, count: number): string =>
    count === 1 ? `Missed call from ${who}` : `${count} missed calls from ${who}`,
  unansweredCalls: (who: string, count: number): string =>
    count === 1 ? `Could not answer ${who}` : `Could not answer ${who}, ${count} times`,
  asksToCall: (who: string, target: string): string => `${who} asks you to call ${target}`,
  callTarget: (target: string): string => `Call ${target}`,
  doNotCall: 'Do not call',
  digitsWait: (who: string, count: number): string =>
    count === 1 ? `Send 1 more digit to ${who}?` : `Send ${count} more digits to ${who}?`,
  sendDigits: 'Send',
  forgetDigits: 'Do not send',
  /** The second line of a notification: what is known for sure, then where it came in. */
  detail: (parts: readonly (string | null)[]): string => parts.filter(Boolean).join(' · '),
  tray: {
    open: 'Open Patchcord',
    quit: 'Quit',
    doNotDisturbUntil: (time: number): string => `Do not disturb until ${clockTime(time)}`,
    doNotDisturbFor: 'Do not disturb for',
    minutes: (count: number): string =>
      count < 60 ? `${count} minutes` : count === 60 ? '1 hour' : `${count / 60} hours`,
    untilMorning: 'Until 08:00',
    quietBySchedule: 'Do not disturb (scheduled)',
    quietByDesktop: 'Do not disturb (as the desktop)',
    sharing: 'I am sharing my screen',
    off: 'Off',
    sendToVoicemail: 'Send to voicemail',
    silence: 'Silence',
    hold: 'Hold',
    resume: 'Resume',
    mute: 'Mute',
    park: 'Park',
    end: 'Hang up',
    swap: 'Swap calls',
    merge: 'Merge calls',
    split: 'Talk alone',
    conference: (count: number): string => `Conference of ${count}`,
    endConference: 'End conference',
    asksToCall: (target: string): string => `Asks you to call ${target}`,
    handOver: (who: string, to: string): string => `Hand ${who} over to ${to}`,
    sendDigits: (count: number): string => (count === 1 ? 'Send 1 more digit' : `Send ${count} more digits`),
    noAccount: 'No account yet',
    moreCalls: 'More calls in the window',
    /** `count` null: some wait, 0: none. `account`: where there are several. */
    voicemail: (count: number | null, account: string | null): string =>
      `Voicemail${count === null ? ' (new)' : count > 0 ? ` (${count})` : ''}${account === null ? '' : ` · ${account}`}…`,
  },
  named: (name: string, address: string): string => `${name} (${address})`,
  call: {
    incoming: 'calling',
    dialing: 'dialing',
    alerting: 'ringing',
    connecting: 'connecting',
    active: 'in call',
    muted: 'in call, muted',
    held: 'on hold',
    letIn: 'answered by itself',
    transferring: (target: string): string => (target === '' ? 'being transferred' : `being transferred to ${target}`),
    ending: 'ending',
    ended: 'ended',
  },
  tooltip: {
    ringing: (who: string): string => `${who} is calling`,
    inCall: (who: string): string => `In a call with ${who}`,
    inACall: 'In a call',
    inCalls: (count: number): string => `${count} calls`,
    /** `provenAt`: wall-clock ms; null: not proven yet. */
    registered: (provenAt: number | null): string =>
      provenAt === null ? 'Ready for calls' : `Ready for calls, proven at ${clockTime(provenAt)}`,
    noAccount: 'No account',
    missed: (count: number): string => (count === 1 ? '1 missed call' : `${count} missed calls`),
  },
}

/** As on a clock on the wall here, 24 hours. */
const clockTime = (time: number): string => new Date(time).toTimeString().slice(0, 5)

const failures: Record<RegistrationFailure, string> = {
  'wrong-password': 'wrong user name or password',
  forbidden: 'refused by the server',
  'unknown-user': 'not known to the server',
  'password-needed': 'needs its password',
  unreachable: 'server cannot be reached',
  'unknown-host': 'server not found',
  certificate: 'server certificate not trusted',
  'old-tls': 'server speaks only outdated TLS',
  'no-tls': 'no encrypted connection',
  'client-certificate': 'server wants a certificate',
  'no-websocket': 'server offers no WebSocket',
  timeout: 'server does not answer',
  'connection-lost': 'connection lost',
  'unsupported-auth': 'unknown way to sign in',
  'server-error': 'server error',
  'engine-lost': 'restarting',
  'invalid-account': 'address is not valid',
}

const doubts: Record<Doubt, string> = {
  'no-answer': 'the server does not answer, asking again',
  'contact-missing': 'the server does not list this phone',
  expired: 'the registration ran out',
}

/** How an account is, in a few words. */
export function registrationWords(registration: Registration, enabled: boolean, reach: Reach | null = null): string {
  if (!enabled) return 'off'
  switch (registration.state) {
    case 'registered':
      return reach?.doubt ? doubts[reach.doubt] : 'ready'
    case 'registering':
      return 'connecting…'
    case 'unregistered':
      return 'not connected'
    case 'failed':
      return registration.retryAt === null
        ? failures[registration.reason]
        : `${failures[registration.reason]}, next try at ${clockTime(registration.retryAt)}`
  }
}

const answerFailures: Partial<Record<EndCause, string>> = {
  'microphone-denied': 'the microphone may not be used',
  'microphone-missing': 'there is no microphone',
  'microphone-busy': 'the microphone cannot be opened',
  'media-failed': 'no sound connection could be made',
}

/** Why a call that was answered here could not be spoken on; null when the reason is not this computer's. */
export const answerFailure = (cause: EndCause): string | null => answerFailures[cause] ?? null
