/*
 * The bundle of diagnostics, part by part, as text for somebody who helps: what the phone is, how it is set up, how it stands with its servers,
 * what was said there. Everybody in it has one pseudonym throughout; secrets, texts, digits and names of people are not in it. Pure.
 */
import type { AccountTest } from '../../common/diagnosis'
import type { PhoneState } from '../../common/phone-state'
import { needsGateway } from '../../common/server-address'
import { describeAccounts } from './describe-accounts'
import { describeCalls } from './describe-calls'
import { describeLadder } from './describe-ladder'
import { describeLog } from './describe-log'
import { describeSettings } from './describe-settings'
import type { LadderEntries } from './ladders'
import { Pseudonyms } from './pseudonyms'
import { redactText } from './redact-text'

export interface DiagnosticsPart {
  readonly name: string
  readonly text: string
}

/** What of this computer matters, as names and values. */
export type SystemFacts = Readonly<Record<string, string>>

export interface Collected {
  /** Wall-clock ms. */
  readonly now: number
  readonly state: PhoneState
  readonly test: AccountTest | null
  readonly ladders: ReadonlyMap<string, LadderEntries>
  /** The end of the log. */
  readonly log: string
  readonly system: SystemFacts
  /** The user's folder. */
  readonly home: string
}

const behindGateway =
  'As the phone speaks to its gateway: transports and addresses of Via and Contact are others on the wire, see the route of the account.'

/** Of one part, UTF-16 units; of a longer one the end is kept. */
const longest = 400_000

export function collectParts(collected: Collected): readonly DiagnosticsPart[] {
  const { now, state, test, ladders, system, home } = collected
  const names = knownNames(state)
  const clean = (text: string): string => redactText(text, names, home)
  const parts: DiagnosticsPart[] = [
    { name: 'Versions and system', text: lines({ Patchcord: state.version, ...system, engine: state.engine }) },
    { name: 'Settings', text: describeSettings(state) },
    { name: 'Accounts', text: describeAccounts(state, names, now, clean) },
    { name: 'Sound devices', text: describeDevices(state, names) },
    { name: 'Calls', text: describeCalls(state, names, clean) },
  ]
  if (test !== null) parts.push({ name: 'Test of an account', text: describeTest(test, names, clean) })
  for (const { account } of state.accounts) {
    const entries = ladders.get(account.id)
    const name = `SIP of ${names.account(account.id)}`
    if (entries === undefined || entries.length === 0) continue
    const told = describeLadder(entries, names, clean)
    parts.push({ name, text: needsGateway(account) ? `${behindGateway}\n\n${told}` : told })
  }
  parts.push({ name: 'Log', text: describeLog(collected.log, clean) })
  return parts.map(({ name, text }) => ({ name, text: cut(text) }))
}

/** Those that are known to the phone have their names before any text is read, so that they are found wherever they stand. */
function knownNames(state: PhoneState): Pseudonyms {
  const names = new Pseudonyms()
  for (const { account, route } of state.accounts) {
    names.alias(account.id, names.account(account.id))
    const [, user, host] = /^sips?:(?:([^@]*)@)?(\[[^\]]*\]|[^:;?]*)/i.exec(account.uri) ?? []
    if (user !== undefined) names.user(user)
    if (host !== undefined) names.host(host)
    if (account.username !== '') names.user(account.username)
    if (account.displayName !== null) names.person(account.displayName)
    names.alias(account.name, names.account(account.id))
    if (route !== null) names.host(route.host)
  }
  const persons = [
    ...state.calls.flatMap(({ call, caller }) => [call.name, caller?.name]),
    ...state.history.flatMap(({ name, label }) => [name, label]),
    ...state.colleagues.map(({ name }) => name),
    ...state.contacts.atHand.map(({ name }) => name),
    ...state.unread.map(({ name }) => name),
    ...state.directory.sources.map(({ name }) => name),
  ]
  for (const name of persons) if (name) names.person(name)
  const handles = [...state.calls.map(({ call }) => call.handle), ...state.history.map(({ handle }) => handle)]
  for (const { value } of handles) if (value !== '') names.user(value.split('@')[0] ?? '')
  return names
}

const describeDevices = ({ devices }: PhoneState, names: Pseudonyms): string =>
  devices.map(({ kind, label }) => `${kind}: ${names.scrub(withoutOwner(label))}`).join('\n') || 'none'

/** Whose headset it is, is often part of its name: `Anna’s AirPods`, `Annas iPhone Mikrofon`, `AirPods von Anna`. */
const withoutOwner = (label: string): string =>
  label
    .replace(/\S+['’]s(?=\s|$)/g, 'somebody’s')
    .replace(/\p{Lu}\p{Ll}+s (?=iPhone|iPad|AirPods|MacBook|iMac|Galaxy|Pixel)/gu, 'somebody’s ')
    .replace(/ (?:von|van|de|di|da|do|du|av|af) \p{Lu}.*$/u, ' of somebody')

function describeTest(test: AccountTest, names: Pseudonyms, clean: (text: string) => string): string {
  const steps = test.lines.map(({ step, state, found, tookMs }) => {
    const took = tookMs === null ? '' : ` (${tookMs} ms)`
    return `${step.padEnd(8)} ${state.padEnd(8)}${took} ${found === null ? '' : clean(found)}`.trimEnd()
  })
  return [`${names.account(test.accountId)}${test.done ? '' : ', not over yet'}`, ...steps].join('\n')
}

const lines = (facts: SystemFacts): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')

const cut = (text: string): string => (text.length <= longest ? text : `(…)\n${text.slice(-longest)}`)
