/*
 * An account's connection in the few words and shapes the page has for it. Pure.
 */
import type { AccountState } from '../../common/phone-state'

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
