/*
 * How an account's server is reached, as it is typed. What is left empty is none. It knows no markup.
 */
import type { AccountConnection } from '../../common/account'
import { completeServer } from './account-guess'

type Wrong = 'backups' | 'expires'

export class ConnectionForm {
  open = $state(false)
  outboundProxy = $state('')
  /** One a line. */
  backups = $state('')
  expires = $state('')
  srtp = $state<AccountConnection['srtp']>('optional')
  stun = $state('')
  turnServer = $state('')
  turnUsername = $state('')
  turnPassword = $state('')
  /** A password is kept already. */
  readonly hasTurn: boolean
  wrong = $state.raw<readonly Wrong[]>([])

  constructor(private readonly connection: AccountConnection) {
    this.outboundProxy = connection.outboundProxy ?? ''
    this.backups = connection.backups.join('\n')
    this.expires = String(connection.expires)
    this.srtp = connection.srtp
    this.stun = connection.stun ?? ''
    this.turnServer = connection.turn?.server ?? ''
    this.turnUsername = connection.turn?.username ?? ''
    this.hasTurn = connection.turn !== null
  }

  /** null, and `wrong`: something cannot be meant. */
  meant(): AccountConnection | null {
    const typed = this.backups
      .split(/[\s,;]+/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
    const backups = typed.map(completeServer).filter((server) => server !== null)
    const expires = Number(this.expires)
    const wrong: Wrong[] = []
    if (backups.length !== typed.length || backups.length > 4) wrong.push('backups')
    if (!Number.isInteger(expires) || expires < 60 || expires > 86_400) wrong.push('expires')
    this.wrong = wrong
    if (wrong.length > 0) return null
    const server = this.turnServer.trim()
    return {
      outboundProxy: this.outboundProxy.trim() || null,
      backups,
      expires,
      srtp: this.srtp,
      media: this.connection.media,
      mediaPorts: this.connection.mediaPorts,
      stun: this.stun.trim() || null,
      turn: server === '' ? null : { server, username: this.turnUsername.trim() },
    }
  }
}
