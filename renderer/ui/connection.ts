/*
 * An account's connection in the few words and shapes the page has for it. Pure.
 */
import type { AccountState } from '../../common/phone-state'
import { hostOf } from './account-guess'
import { explainRegistration } from './words'

export type Connection = 'ready' | 'quiet' | 'connecting' | 'failed' | 'password' | 'off'

/** `quiet`: connected, but do not disturb is on. */
export function connectionOf(state: AccountState, doNotDisturb: boolean): Connection {
  if (!state.account.enabled) return 'off'
  if (state.needsPassword) return 'password'
  switch (state.registration.state) {
    case 'registered':
      return doNotDisturb ? 'quiet' : 'ready'
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
  connecting: 'Connecting…',
  failed: 'Not connected',
  password: 'Password needed',
  off: 'Off',
}
export const sayConnection = (connection: Connection): string => said[connection]

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
