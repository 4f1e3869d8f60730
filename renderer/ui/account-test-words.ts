/*
 * The test of an account in words: its steps, how each went, and at the end the one sentence that matters with what can be done. Pure.
 */
import type { AccountTest, TestLine, TestLineState, TestStep } from '../../common/diagnosis'
import type { RegistrationFailure } from '../../common/errors'
import type { AccountState } from '../../common/phone-state'
import { explainRegistration, type Explanation } from './words'

export const stepNames: Record<TestStep, string> = {
  dns: 'Find the server',
  connect: 'Reach it',
  tls: 'Encrypt the way there',
  options: 'Ask what it is',
  register: 'Sign in',
  codecs: 'Agree on sound',
  echo: 'Hear it come back',
}

export const stateNames: Record<TestLineState, string> = {
  waiting: 'Waiting',
  running: 'Testing…',
  passed: 'Good',
  doubtful: 'Not quite',
  failed: 'Failed',
  skipped: 'Left out',
}

/** `kind`: how it went as a whole. `edit`: where in the account's form the remedy is; null: it is not there. */
export interface Verdict extends Explanation {
  readonly kind: 'good' | 'doubtful' | 'bad' | 'ended'
  readonly edit: 'account' | 'numbers' | 'connection' | null
}

const failures: Record<TestStep, Explanation> = {
  dns: {
    title: 'There is no server by that name.',
    remedy: 'Check the server in the account for typing mistakes, and that you are online (or on the VPN).',
  },
  connect: {
    title: 'The server does not answer.',
    remedy:
      'It may be switched off, listen on another port, or be behind a firewall or VPN. Check the server and port.',
  },
  tls: {
    title: 'No protected connection can be made there.',
    remedy: 'The line below says why: often it is the certificate, or something else that listens at that port.',
  },
  options: {
    title: 'It was reached, but does not answer as a telephone server should.',
    remedy: 'Check the port, and the path if there is one. If they are right, tell whoever runs the server.',
  },
  register: {
    title: 'The server does not let you sign in.',
    remedy: 'Check the password and the user name. Capital letters matter.',
  },
  codecs: {
    title: 'The server and this phone share no way of sending sound.',
    remedy: 'Choose another way for sound in the account’s connection, or ask for Opus, G.722 or G.711 to be allowed.',
  },
  echo: {
    title: 'Signing in works, but the sound does not come back.',
    remedy: 'Check the number of the echo test. If it is right, a firewall or VPN may be stopping the sound.',
  },
}

const doubts: Record<TestStep, Explanation> = {
  dns: {
    title: 'It works, but the server was not found in the usual way.',
    remedy: 'Calls get through. Whoever runs the server can read below what its name service lacks.',
  },
  connect: {
    title: 'It works, but not every way to the server does.',
    remedy: 'Calls get through over the one that answered. Below is which one did not.',
  },
  tls: {
    title: 'It works, but the way to the server is not protected.',
    remedy: 'Others on the way can see who calls whom. Ask whoever runs the server for TLS.',
  },
  options: {
    title: 'It works, though the server does not say what it can do.',
    remedy: 'Many do not. Nothing needs to be done unless calls fail.',
  },
  register: {
    title: 'You are signed in, but the server may send calls elsewhere.',
    remedy: 'Let somebody call you. If it does not ring, tell whoever runs the server what stands below.',
  },
  codecs: {
    title: 'Signing in works. About the sound the server says nothing for certain.',
    remedy: 'Call somebody to be sure.',
  },
  echo: {
    title: 'It works, but the sound that came back is poor.',
    remedy: 'It may be weak, late, or lose parts on the way. Try a cable instead of Wi-Fi, or another network.',
  },
}

const places: Record<TestStep, Verdict['edit']> = {
  dns: 'account',
  connect: 'account',
  tls: 'account',
  options: 'account',
  register: 'account',
  codecs: 'connection',
  echo: 'numbers',
}

/** The end of it in a sentence; null while it goes on. */
export function verdictOf({ lines, done }: AccountTest, state: AccountState): Verdict | null {
  if (!done) return null
  const failed = lines.find((line) => line.state === 'failed')
  if (failed) return { kind: 'bad', ...explainFailure(failed.step, state), edit: places[failed.step] }
  const of = (step: TestStep): TestLine | undefined => lines.find((line) => line.step === step)
  const register = of('register')
  if (register?.state !== 'passed' && register?.state !== 'doubtful')
    return {
      kind: 'ended',
      title: 'It was not tested to the end.',
      remedy: sentence(register?.found ?? ''),
      edit: state.account.enabled && state.needsPassword ? 'account' : null,
    }
  // Without a call nobody can be sure of the sound; that is no fault.
  const soundless = of('echo')?.state === 'skipped'
  const doubt = lines.find((line) => line.state === 'doubtful' && !(soundless && line.step === 'codecs'))
  if (doubt) return { kind: 'doubtful', ...doubts[doubt.step], edit: null }
  if (!soundless)
    return { kind: 'good', title: 'Everything works.', remedy: 'Your sound went there and came back.', edit: null }
  const title = 'You can make and get calls.'
  return state.account.features.echo === null
    ? {
        kind: 'good',
        title,
        remedy: 'The sound was not tested: the account names no number for an echo test.',
        edit: 'numbers',
      }
    : {
        kind: 'good',
        title,
        remedy: `The sound was not tested. ${sentence(of('echo')?.found ?? '')}`.trim(),
        edit: null,
      }
}

/** What the account's registration tells more exactly than the step; others may be of another moment. */
const exact: Partial<Record<TestStep, readonly RegistrationFailure[]>> = {
  connect: ['no-websocket'],
  tls: ['certificate', 'old-tls', 'no-tls', 'client-certificate', 'no-websocket'],
  register: ['wrong-password', 'forbidden', 'unknown-user', 'timeout', 'unsupported-auth', 'server-error'],
}

function explainFailure(step: TestStep, { registration }: AccountState): Explanation {
  const exactly = registration.state === 'failed' && exact[step]?.includes(registration.reason)
  return exactly ? explainRegistration(registration.reason) : failures[step]
}

/** What was found is written as a part of a sentence. */
const sentence = (found: string): string =>
  found === '' ? '' : `${found.charAt(0).toUpperCase()}${found.slice(1).replace(/\.$/, '')}.`

/** `38 ms`, `1.2 s`. */
export const sayTook = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)
