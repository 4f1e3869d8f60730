/*
 * The test of an account in words: its steps, how each went, and at the end the one sentence that matters with what can be done. Pure.
 */
import type { AccountTest, TestLine, TestLineState, TestStep } from '../../common/diagnosis'
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

/** `kind`: how it went as a whole. `edit`: the remedy is in the account's form. */
export interface Verdict extends Explanation {
  readonly kind: 'good' | 'doubtful' | 'bad' | 'ended'
  readonly edit: boolean
}

type Told = Explanation & { readonly edit: boolean }

const failures: Record<TestStep, Told> = {
  dns: {
    title: 'There is no server by that name.',
    remedy: 'Check the server in the account for typing mistakes, and that you are online (or on the VPN).',
    edit: true,
  },
  connect: {
    title: 'The server does not answer.',
    remedy:
      'It may be switched off, listen on another port, or be behind a firewall or VPN. Check the server and port.',
    edit: true,
  },
  tls: {
    title: 'The way to the server cannot be encrypted.',
    remedy: 'Its certificate is not trusted, or is for another name. Ask whoever runs the server to put that right.',
    edit: true,
  },
  options: {
    title: 'Something answers there, but not as a telephone server should.',
    remedy: 'Check the port, and the path if there is one. If they are right, tell whoever runs the server.',
    edit: true,
  },
  register: {
    title: 'The server does not let you sign in.',
    remedy: 'Check the password and the user name. Capital letters matter.',
    edit: true,
  },
  codecs: {
    title: 'The server and this phone share no way of sending sound.',
    remedy: 'Choose another way for sound in the account’s connection, or ask for Opus, G.722 or G.711 to be allowed.',
    edit: true,
  },
  echo: {
    title: 'Signing in works, but the sound does not come back.',
    remedy: 'Check the number of the echo test. If it is right, a firewall or VPN may be stopping the sound.',
    edit: true,
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

/** The end of it in a sentence; null while it goes on. */
export function verdictOf({ lines, done }: AccountTest, state: AccountState): Verdict | null {
  if (!done) return null
  const failed = lines.find((line) => line.state === 'failed')
  if (failed) return { kind: 'bad', ...explainFailure(failed.step, state) }
  const of = (step: TestStep): TestLine['state'] => lines.find((line) => line.step === step)?.state ?? 'waiting'
  if (of('register') !== 'passed' && of('register') !== 'doubtful')
    return {
      kind: 'ended',
      title: 'The test was ended before its time.',
      remedy: 'What it found is below.',
      edit: false,
    }
  // Without a call nobody can be sure of the sound; that is no fault.
  const soundless = of('echo') === 'skipped'
  const doubt = lines.find((line) => line.state === 'doubtful' && !(soundless && line.step === 'codecs'))
  if (doubt) return { kind: 'doubtful', ...doubts[doubt.step], edit: false }
  if (!soundless)
    return { kind: 'good', title: 'Everything works.', remedy: 'Your sound went there and came back.', edit: false }
  const hasEcho = state.account.features.echo !== null
  return {
    kind: 'good',
    title: 'You can make and get calls.',
    remedy: hasEcho
      ? 'The sound was not tested this time.'
      : 'The sound was not tested: the account names no number for an echo test.',
    edit: !hasEcho,
  }
}

function explainFailure(step: TestStep, { registration }: AccountState): Told {
  if (step === 'register' && registration.state === 'failed' && registration.reason !== 'connection-lost')
    return { ...explainRegistration(registration.reason), edit: true }
  return failures[step]
}

/** `38 ms`, `1.2 s`. */
export const sayTook = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)
