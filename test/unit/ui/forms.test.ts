/* What is typed into the forms of contacts, directories, rules and accounts becomes what main accepts, or says what is wrong. */
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { accountConnectionSchema, numberPlanSchema, usualConnection, usualNumbers } from '../../../common/account'
import { contactDraftSchema } from '../../../common/contact'
import { blockRuleSchema, sourceDraftSchema } from '../../../common/directory'
import { AccountForm } from '../../../renderer/ui/account-form.svelte'
import { withCaller } from '../../../renderer/ui/auto-answer'
import { ConnectionForm } from '../../../renderer/ui/connection-form.svelte'
import { ContactForm } from '../../../renderer/ui/contact-form.svelte'
import { countries } from '../../../renderer/ui/countries'
import { Desk } from '../../../renderer/ui/desk.svelte'
import { ruleValue, type SourceKind } from '../../../renderer/ui/directory-words'
import { ada, sources } from '../../../renderer/ui/gallery/known'
import { account } from '../../../renderer/ui/gallery/people'
import { NumbersForm } from '../../../renderer/ui/numbers-form.svelte'
import { RuleForm } from '../../../renderer/ui/rule-form.svelte'
import { SourceForm } from '../../../renderer/ui/source-form.svelte'
import { askedPhone } from './asked-phone'

describe('a contact', () => {
  it('comes out of its form as it went in', () => {
    const { id, book, ...draft } = ada
    expect([id, book]).toEqual(['ada', 'local'])
    expect(new ContactForm(ada).draft()).toEqual(draft)
    expect(v.safeParse(contactDraftSchema, $snapshot(new ContactForm(ada).draft())).success).toBe(true)
  })

  it('of somebody who called has their number, and a name only if there is one', () => {
    expect(new ContactForm({ name: null, number: '+4930901820' }).draft()).toMatchObject({
      name: '+4930901820',
      numbers: [{ label: 'work', value: '+4930901820' }],
    })
  })

  it('without a name or a number is not saved', async () => {
    const main = askedPhone()
    const form = new ContactForm(null)
    form.notes = 'nobody'
    expect(await form.save((command) => main.phone.request(command))).toBeNull()
    expect([form.wrong, main.asked]).toEqual([true, []])
  })

  it('leaves out lines that stayed empty', () => {
    const form = new ContactForm(null)
    form.name = ' Ada '
    form.addNumber()
    form.addEmail()
    expect(form.draft()).toMatchObject({ name: 'Ada', numbers: [], emails: [] })
  })
})

describe('a directory', () => {
  it.each(sources.map((source) => [source.settings.kind, source] as const))(
    'of kind %s comes out as it went in',
    (_kind, source) => {
      const draft = new SourceForm(source).draft()
      expect(draft?.settings).toEqual(
        source.settings.kind === 'lookup' ? { ...source.settings, authorized: source.hasSecret } : source.settings,
      )
      expect(v.safeParse(sourceDraftSchema, draft).success).toBe(true)
    },
  )

  const wrong: readonly (readonly [SourceKind, Partial<SourceForm>])[] = [
    ['file', { path: ' ' }],
    ['url', { url: 'ftp://example.com/x' }],
    ['carddav', { url: 'example.com' }],
    ['ldap', { url: 'https://ldap.example' }],
    ['ldap', { url: 'ldap://ldap.example', numberAttributes: ' ' }],
    ['lookup', { url: 'https://crm.example/who' }],
    ['extension', { path: '../../etc.mjs' }],
  ]
  it.each(wrong)('of kind %s is not saved with %j', async (kind, fields) => {
    const main = askedPhone()
    const form = new SourceForm(null)
    Object.assign(form, { kind, name: 'List', ...fields })
    expect(await form.save((command) => main.phone.request(command))).toBe(false)
    expect([form.wrong, main.asked]).toEqual([true, []])
  })

  it('sends a password only where one is used, and only when one was typed', () => {
    const form = new SourceForm(null)
    Object.assign(form, { kind: 'file', name: 'List', path: '/x.csv', secret: 'left over' })
    expect(form.draft()?.secret).toBeNull()
    Object.assign(form, { kind: 'carddav', url: 'https://dav.example/' })
    expect(form.draft()?.secret).toBe('left over')
  })
})

describe('a rule', () => {
  it.each([
    ['exact', '+49 (30) 901-820', '+4930901820'],
    ['exact', '214', '214'],
    ['exact', 'anna', null],
    ['prefix', '+49 900', '+49900'],
    ['range', '+49 30 100 – +49 30 199', '+4930100-+4930199'],
    ['range', '+4930100 - +4930199', '+4930100-+4930199'],
    ['range', '100 to 199', '100-199'],
    ['range', '199 to 100', null],
    ['range', '+4930100', null],
    ['address', 'sip:spam@example.com', 'spam@example.com'],
    ['address', 'spam.example', 'spam.example'],
    ['address', 'spam', null],
    ['anonymous', '', ''],
  ] as const)('of kind %s takes %j as %j', (match, typed, value) => {
    expect(ruleValue(match, typed)).toBe(value)
  })

  it('with times is one that main accepts', () => {
    const form = new RuleForm()
    Object.assign(form, { match: 'prefix', value: '+49 900', note: ' dear ', scheduled: true })
    const draft = form.draft()
    expect(draft).toMatchObject({ value: '+49900', note: 'dear', schedule: { days: [1, 2, 3, 4, 5] } })
    expect(v.safeParse(blockRuleSchema, draft).success).toBe(true)
  })

  it('says when it is not understood', () => {
    const form = new RuleForm()
    form.value = 'hello'
    expect([form.draft(), form.wrong]).toEqual([null, true])
  })
})

describe('an account’s connection', () => {
  it('comes out as it went in', () => {
    const connection = {
      ...usualConnection,
      outboundProxy: 'proxy.example:5060',
      backups: ['sip:two.example', 'tls:three.example'],
      registration: 'all' as const,
      media: 'plain' as const,
      mediaPorts: { from: 40_000, to: 40_099 },
      turn: { server: 'turn.example', username: 'me' },
    }
    expect(new ConnectionForm(connection).meant()).toEqual(connection)
    expect(v.safeParse(accountConnectionSchema, new ConnectionForm(usualConnection).meant()).success).toBe(true)
  })

  it('says which field cannot be meant', () => {
    const form = new ConnectionForm(usualConnection)
    Object.assign(form, { expires: '5', backups: 'https://x.example' })
    expect([form.meant(), form.wrong]).toEqual([null, ['backups', 'expires']])
  })

  it.each([
    ['40000', ''],
    ['', '40000'],
    ['40000', '40002'],
    ['80', '4000'],
    ['65000', '65536'],
    ['4e4', '50000'],
  ])('does not take ports from %j to %j', (portsFrom, portsTo) => {
    const form = new ConnectionForm(usualConnection)
    Object.assign(form, { portsFrom, portsTo })
    expect([form.meant(), form.wrong]).toEqual([null, ['mediaPorts']])
  })
})

describe('an account’s numbers', () => {
  it('come out as they went in', () => {
    const plan = {
      ...usualNumbers,
      country: 'DE',
      areaCode: '30',
      rules: [{ match: '^5(\\d{3})$', replace: '0301$1' }],
    }
    expect(new NumbersForm(plan).plan()).toEqual(plan)
    expect(v.safeParse(numberPlanSchema, new NumbersForm(plan).plan()).success).toBe(true)
  })

  it('say which field cannot be meant', () => {
    const form = new NumbersForm(usualNumbers)
    Object.assign(form, { areaCode: 'x', extensionLength: '11', outsidePrefix: 'a' })
    form.addRule('(', '')
    expect(form.plan()).toBeNull()
    expect(form.wrong).toEqual(['areaCode', 'outsidePrefix', 'extensionLength', 'rules'])
  })

  it('of a new account are of the country the line is probably in, until somebody chooses', () => {
    const form = new AccountForm(null, { languages: ['en-US'], timeZone: 'Europe/Berlin' })
    expect([form.numbers.plan()?.country, form.numbers.assumed, form.numbers.proposed]).toEqual(['DE', 'DE', null])
    form.uri = 'me@sip.example.ch'
    expect(form.numbers.plan()?.country).toBe('CH')
    form.numbers.country = null
    expect([form.numbers.plan()?.country, form.numbers.assumed, form.numbers.proposed]).toEqual([null, null, 'CH'])
  })

  it('of an account that is there are changed by its user alone', () => {
    const form = new AccountForm(account(), { languages: [], timeZone: 'Europe/Berlin' })
    expect([form.numbers.plan()?.country, form.numbers.assumed, form.numbers.proposed]).toEqual([null, null, 'DE'])
  })

  it('know the countries by name, each once', () => {
    const all = countries()
    expect(all.find(({ value }) => value === 'DE')?.label).toBe('Germany')
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length)
  })
})

describe('the form of an account', () => {
  it('puts the last refusal away when something is missing', async () => {
    const form = new AccountForm(account())
    form.error = { code: 'registration-failed', detail: null, registration: 'timeout', certificate: null }
    form.uri = 'anna'
    expect(await form.submit(askedPhone().phone, true)).toBe(false)
    expect([form.wrong, form.error]).toEqual([['uri'], null])
  })

  it('is kept for who comes back when something was typed into it, and made anew when nothing was', () => {
    const desk = new Desk()
    const first = desk.openForm(new AccountForm(account()))
    desk.closeForm(false)
    const renamed = desk.openForm(new AccountForm(account({ name: 'Office' })))
    expect([first.isChanged, renamed === first, renamed.name]).toEqual([false, false, 'Office'])
    renamed.connection.stun = 'stun.example.com'
    desk.closeForm(false)
    expect(desk.openForm(new AccountForm(account())).connection.stun).toBe('stun.example.com')
    renamed.connection.stun = ''
    renamed.numbers.country = 'SE'
    expect(renamed.isChanged).toBe(true)
    expect(desk.openForm(new AccountForm(null)).uri).toBe('')
  })
})

describe('the list of those whose calls are answered by themselves', () => {
  it.each([
    [' +49 30 901820 ', '+49 30 901820'],
    ['680', '680'],
    ['*80', '*80'],
    ['sip:door@intercom.example', 'door@intercom.example'],
    ['paging', 'paging'],
  ])('takes %j', (typed, value) => {
    expect(withCaller(['1'], typed)).toEqual(['1', value])
  })

  it.each([
    ['  ', 'empty'],
    ['the door', 'not-understood'],
    ['a@b@c', 'not-understood'],
    ['<sip:x>', 'not-understood'],
    ['(030) 90-1820', 'there-already'],
  ])('says of %j: %s', (typed, why) => {
    expect(withCaller(['030 901820'], typed)).toBe(why)
  })

  it('has an end', () => {
    const full = Array.from({ length: 200 }, (_, index) => String(index))
    expect(withCaller(full, '900')).toBe('too-many')
  })
})

const $snapshot = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
