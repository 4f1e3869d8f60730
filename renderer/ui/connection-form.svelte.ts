/*
 * How an account's server is reached, as it is typed. What is left empty is none. It knows no markup.
 */
import type { AccountConnection } from '../../common/account'
import { completeServer } from './account-guess'

type Wrong = 'backups' | 'expires' | 'mediaPorts'

export class ConnectionForm {
  open = $state(false)
  outboundProxy = $state('')
  /** One a line. */
  backups = $state('')
  /** With every server at once. */
  everywhere = $state(false)
  expires = $state('')
  srtp = $state<AccountConnection['srtp']>('optional')
  media = $state<AccountConnection['media']>('automatic')
  /** First and last port; both empty: the system's choice. */
  portsFrom = $state('')
  portsTo = $state('')
  stun = $state('')
  turnServer = $state('')
  turnUsername = $state('')
  turnPassword = $state('')
  /** A password is kept already. */
  readonly hasTurn: boolean
  wrong = $state.raw<readonly Wrong[]>([])

  constructor(connection: AccountConnection) {
    this.outboundProxy = connection.outboundProxy ?? ''
    this.backups = connection.backups.join('\n')
    this.everywhere = connection.registration === 'all'
    this.expires = String(connection.expires)
    this.srtp = connection.srtp
    this.media = connection.media
    this.portsFrom = String(connection.mediaPorts?.from ?? '')
    this.portsTo = String(connection.mediaPorts?.to ?? '')
    this.stun = connection.stun ?? ''
    this.turnServer = connection.turn?.server ?? ''
    this.turnUsername = connection.turn?.username ?? ''
    this.hasTurn = connection.turn !== null
  }

  /** Each field as it stands. */
  get typed(): readonly unknown[] {
    const { outboundProxy, backups, everywhere, expires, srtp, media, portsFrom, portsTo, stun } = this
    const turn = [this.turnServer, this.turnUsername, this.turnPassword]
    return [outboundProxy, backups, everywhere, expires, srtp, media, portsFrom, portsTo, stun, turn]
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
    const mediaPorts = portsOf(this.portsFrom.trim(), this.portsTo.trim())
    if (mediaPorts === 'wrong') wrong.push('mediaPorts')
    this.wrong = wrong
    if (wrong.length > 0 || mediaPorts === 'wrong') return null
    const server = this.turnServer.trim()
    return {
      outboundProxy: this.outboundProxy.trim() || null,
      backups,
      registration: this.everywhere ? 'all' : 'one',
      expires,
      srtp: this.srtp,
      media: this.media,
      mediaPorts,
      stun: this.stun.trim() || null,
      turn: server === '' ? null : { server, username: this.turnUsername.trim() },
    }
  }
}

/** A call with sound takes two ports, so fewer than four are one call at most and none when it moves. */
function portsOf(from: string, to: string): AccountConnection['mediaPorts'] | 'wrong' {
  if (from === '' && to === '') return null
  const [first, last] = [from, to].map((text) => (/^\d{4,5}$/.test(text) ? Number(text) : 0)) as [number, number]
  return first >= 1024 && last <= 65_535 && last - first >= 3 ? { from: first, to: last } : 'wrong'
}
