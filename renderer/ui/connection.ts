/*
 * An account's connection in the few words and shapes the page has for it. Pure.
 */
import { isDemo } from '../../common/account'
import type { AccountState } from '../../common/phone-state'
import type { Doubt } from '../../common/reach'
import { hostOf } from './account-guess'
import { sayDuration } from './numbers'
import { explainRegistration } from './words'

export type Connection = 'ready' | 'quiet' | 'doubtful' | 'connecting' | 'failed' | 'password' | 'off'

/** `quiet`: connected, but do not disturb is on. `doubtful`: registered, but it is not proven that calls come in. */
export function connectionOf(state: AccountState, doNotDisturb: boolean): Connection {
  if (!state.account.enabled) return 'off'
  if (state.needsPassword) return 'password'
  switch (state.registration.state) {
    case 'registered':
      return doNotDisturb ? 'quiet' : state.reach?.doubt ? 'doubtful' : 'ready'
    case 'registering':
      return 'connecting'
    case 'failed':
      return state.registration.reason === 'password-needed' ? 'password' : 'failed'
    case 'unregistered':
      return 'off'
  }
}

const said: Record<Connection, string> = {
  ready: 'Ready',
  quiet: 'Do not disturb',
  doubtful: 'Checking…',
  connecting: 'Connecting…',
  failed: 'Not connected',
  password: 'Password needed',
  off: 'Off',
}
export const sayConnection = (connection: Connection): string => said[connection]

const doubts: Record<Doubt, string> = {
  'no-answer': 'The server does not answer. It is being asked again.',
  'contact-missing': 'The server no longer lists this phone. It signs in anew.',
  expired: 'The registration ran out. It is being renewed.',
}

/** What shows that calls come in, how old that is and when it is shown again, or why it is doubted; null: not registered, or no server is there. */
export function sayProof({ account, registration, reach }: AccountState, now: number): string | null {
  if (isDemo(account) || !account.enabled || registration.state !== 'registered' || reach === null) return null
  if (reach.doubt !== null) return doubts[reach.doubt]
  if (reach.provenAt === null) return 'Not checked yet'
  const [age, left] = [now - reach.provenAt, reach.nextAt === null ? 0 : reach.nextAt - now]
  const checked = age < 1000 ? 'Checked just now' : `Checked ${sayDuration(age)} ago`
  return left < 1000 ? checked : `${checked}, again in ${sayDuration(left)}`
}

/** With how many of its servers an account is registered at once, and what keeps it from the others; null: it is with one at a time, or with none. */
export function sayServers({
  account,
  registration,
  flows,
}: AccountState): { readonly words: string; readonly missing: readonly string[] } | null {
  if (!account.enabled || registration.state !== 'registered' || flows === undefined) return null
  const up = flows.filter((flow) => flow.registration.state === 'registered')
  const missing = flows.flatMap((flow) => {
    const why =
      flow.registration.state === 'failed'
        ? explainRegistration(flow.registration.reason).title
        : sayConnection('connecting')
    return up.includes(flow) ? [] : [`${hostOf(flow.server) ?? flow.server}: ${why}`]
  })
  return { words: `${up.length} of ${flows.length} servers`, missing }
}
