/*
 * An account being typed: its fields, what is guessed from them, and what became of the last attempt. It keeps all of
 * it whatever happens to the view; it knows no markup.
 */
import {
  noFeatures,
  usualConnection,
  usualNumbers,
  type AccountFeatures,
  type RefusedCertificate,
} from '../../common/account'
import type { UiCommand, UiError } from '../../common/contract/ui'
import type { AccountState } from '../../common/phone-state'
import { ConnectionForm } from './connection-form.svelte'
import { NumbersForm } from './numbers-form.svelte'
import { completeServer, guessAccount, hostOf } from './account-guess'
import { guessCountry, nowhere, type Place } from './country-guess'
import type { Phone } from './phone.svelte'

type Keep = 'keychain' | 'plain-text' | 'ask'
export type Field = 'uri' | 'password' | 'server'

export class AccountForm {
  readonly accountId: string | null
  uri = $state('')
  password = $state('')
  server = $state('')
  username = $state('')
  name = $state('')
  displayName = $state('')
  certificate = $state<string | null>(null)
  /** What the server offers and where calls go that are not taken, as typed. */
  features = $state<Typed>(typed(noFeatures))
  featuresOpen = $state(false)
  readonly connection: ConnectionForm
  readonly numbers: NumbersForm
  /** Its calls are listed among the recents. */
  listsCalls = $state(true)
  /** Where there is no keychain: what the user chose. */
  keepUnprotected = $state(false)
  advanced = $state(false)
  busy = $state(false)
  error = $state.raw<UiError | null>(null)
  /** Fields that were empty or not understood at the last attempt. */
  wrong = $state.raw<readonly Field[]>([])

  /** As it was opened. */
  private readonly before: string

  readonly guess = $derived(guessAccount(this.uri))
  /** The server as it would be used. */
  readonly completed = $derived(completeServer(this.server.trim() === '' ? this.guess.server : this.server))

  /** The form of this account, or of a new one. `place`: where the computer is, for what can be guessed from it. */
  constructor(state: AccountState | null, place: Place = nowhere) {
    this.accountId = state?.account.id ?? null
    this.connection = new ConnectionForm(state?.account.connection ?? usualConnection)
    this.numbers = new NumbersForm(state?.account.numbers ?? null, () => guessCountry(hostOf(this.completed), place))
    if (state) this.fill(state)
    this.before = this.typed()
  }

  private fill(state: AccountState): void {
    const { account } = state
    this.keepUnprotected = state.unprotected
    this.uri = account.uri.replace(/^sip:/, '')
    this.server = account.server
    this.username = account.username === this.guess.username ? '' : account.username
    this.name = account.name
    this.displayName = account.displayName ?? ''
    this.certificate = account.certificate
    this.listsCalls = account.listsCalls !== false
    this.features = typed(account.features)
    this.featuresOpen = Object.values(account.features).some((value) => value !== null)
    this.connection.open = JSON.stringify(account.connection) !== JSON.stringify(usualConnection)
    this.numbers.open = JSON.stringify(account.numbers) !== JSON.stringify(usualNumbers)
    const folded = this.featuresOpen || this.connection.open || this.numbers.open
    this.advanced = this.username !== '' || this.displayName !== '' || !this.listsCalls || folded
  }

  get isNew(): boolean {
    return this.accountId === null
  }

  /** Something was typed or chosen since it was opened. */
  get isChanged(): boolean {
    return this.typed() !== this.before
  }

  private typed(): string {
    const { uri, password, server, username, name, displayName, certificate, features, listsCalls } = this
    const own = [uri, password, server, username, name, displayName, certificate, features, listsCalls]
    return JSON.stringify([own, this.keepUnprotected, this.connection.typed, this.numbers.typed])
  }

  /** The certificate that was refused in the last attempt and can be trusted by hand. */
  get refused(): RefusedCertificate | null {
    return this.error?.certificate ?? null
  }

  /** Saving without a connection makes sense when the data is plausible and only the server did not play along. */
  get canSaveAnyway(): boolean {
    return this.isNew && this.error?.code === 'registration-failed' && this.error.registration !== 'invalid-account'
  }

  /** True when the account was saved. */
  async submit(phone: Phone, protectedStorage: boolean, evenIfUnreachable = false): Promise<boolean> {
    if (this.busy) return false
    this.error = null
    const command = this.command(protectedStorage, evenIfUnreachable)
    if (command === null) return false
    this.busy = true
    const reply = await phone.request(command)
    this.busy = false
    if (reply.ok) return true
    this.error = reply.error
    return false
  }

  trust(certificate: RefusedCertificate): void {
    this.certificate = certificate.fingerprint
  }

  private command(protectedStorage: boolean, evenIfUnreachable: boolean): UiCommand | null {
    const { uri, username, name } = this.guess
    const url = this.completed
    const wrong: Field[] = []
    if (uri === null) wrong.push('uri')
    if (this.isNew && this.password === '') wrong.push('password')
    if (url === null && !(uri === null && this.server.trim() === '')) wrong.push('server')
    this.wrong = wrong
    const connection = this.connection.meant()
    const numbers = this.numbers.plan()
    if (connection === null) this.advanced = this.connection.open = true
    if (numbers === null) this.advanced = this.numbers.open = true
    if (uri === null || url === null || connection === null || numbers === null || wrong.length > 0) return null
    const draft = {
      uri,
      server: url,
      username: this.username.trim() || username,
      name: this.name.trim() || name,
      password: this.password === '' ? null : this.password,
      displayName: this.displayName.trim() || null,
      certificate: this.certificate,
      features: meant(this.features),
      connection,
      numbers,
      turnPassword: this.connection.turnPassword || null,
      listsCalls: this.listsCalls,
    }
    const keep: Keep = protectedStorage ? 'keychain' : this.keepUnprotected ? 'plain-text' : 'ask'
    return this.accountId === null
      ? { type: 'addAccount', draft, keep, evenIfUnreachable }
      : { type: 'changeAccount', accountId: this.accountId, draft, keep }
  }
}

type Typed = Record<keyof AccountFeatures, string>

const names = Object.keys(noFeatures) as (keyof AccountFeatures)[]

const typed = (features: AccountFeatures): Typed =>
  Object.fromEntries(names.map((name) => [name, features[name] ?? ''])) as Typed

/** An empty field is none. */
const meant = (fields: Typed): AccountFeatures =>
  Object.fromEntries(names.map((name) => [name, fields[name].trim() || null])) as AccountFeatures
