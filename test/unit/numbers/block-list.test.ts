/* The user's own list: what can be put on it, whom it means, and that it survives. */
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { usualNumbers, type Account } from '../../../common/account'
import type { BlockRuleDraft } from '../../../common/directory'
import { silentLog } from '../../../common/log'
import { loadPhoneLibrary, type PhoneLibrary } from '../../../common/numbers/phone-library'
import { BlockList } from '../../../main/numbers/block-list'
import { Numbers } from '../../../main/numbers/numbers'
import { RuleIndex } from '../../../main/numbers/rule-index'
import { ManualClock } from '../../fakes/manual-clock'
import { account } from '../../support/call-phone'

let library: PhoneLibrary
beforeAll(async () => void (library = await loadPhoneLibrary()))

let path: string
let clock: ManualClock
let told: number[]
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'patchcord-blocked-')), 'blocked.jsonl')
  clock = new ManualClock()
  told = []
})

const berlin: Account = {
  ...account('work', '100'),
  numbers: { ...usualNumbers, country: 'DE', areaCode: '30', extensionLength: 3 },
}
const open = () => {
  const numbers = new Numbers({ accounts: () => [berlin], log: silentLog, library })
  const keyOf = (text: string) => numbers.keyOf(text)
  return new BlockList({ path, clock, log: silentLog, keyOf, onChange: (rules) => told.push(rules.length) })
}
const draft = (match: BlockRuleDraft['match'], value = ''): BlockRuleDraft => ({
  match,
  value,
  note: null,
  schedule: null,
})
const stranger = { key: '+49301234567', home: 'pbx.example', unknown: true }
const matched = (list: BlockList, key: string | null, unknown = false) =>
  list.match({ ...stranger, key, unknown })?.match ?? null

describe('a rule is kept in one form, however it is written', () => {
  it.each([
    ['exact', '030 123 45 67', '+49301234567'],
    ['exact', 'tel:+49-30-1234567', '+49301234567'],
    ['exact', '204', '204'],
    ['prefix', '+49 30', '+4930'],
    ['prefix', '030', '+4930'],
    ['prefix', '0049 30 12', '+493012'],
    ['prefix', '0900*', '+49900'],
    ['prefix', '+49 (0)900 …', '+49900'],
    ['prefix', '٠٩٠٠', '+49900'],
    ['range', '030 1234500 - 030 1234599', '+49301234500-+49301234599'],
    ['range', '200–299', '200-299'],
    ['range', '030-1234-00 to 030-1234-99', '+4930123400-+4930123499'],
    ['range', '030-1234-00-030-1234-99', '+4930123400-+4930123499'],
    ['range', '(030) 1234-00 … (030) 1234-99', '+4930123400-+4930123499'],
    ['prefix', '030-', '+4930'],
    ['prefix', '0*', '+49'],
    ['address', 'Bob@Spam.Example.:5060', 'Bob@spam.example'],
    ['address', 'sip:Bob@Spam.Example', 'Bob@spam.example'],
    ['address', '@Spam.Example', 'spam.example'],
    ['address', 'spam.example', 'spam.example'],
    ['address', 'sip:*@Spam.Example', 'spam.example'],
    ['anonymous', 'whatever', ''],
    ['unknown', '', ''],
  ] as const)('%s %s is %s', (match, value, expected) =>
    expect(open().add(draft(match, value))).toMatchObject({ ok: true, value: { value: expected } }),
  )

  it.each([
    ['exact', ''],
    ['exact', 'bob@spam.example'],
    ['prefix', 'spam'],
    ['exact', '0900*'],
    ['exact', '*'],
    ['exact', 'anonymous'],
    ['prefix', '00'],
    ['prefix', '00*'],
    ['prefix', '+'],
    ['prefix', '+0'],
    ['prefix', '*'],
    ['prefix', '+49 30 ?'],
    ['range', '030 1234'],
    ['range', '030-1234-00 to 99'],
    ['address', 'anonymous@anonymous.invalid'],
    ['address', '+493012345@spam.example'],
    ['address', '*.example'],
    ['range', '299-200'],
    ['range', '20-299'],
    ['address', 'a b'],
    ['address', ''],
  ] as const)('%s %j is refused', (match, value) => {
    const list = open()
    expect(list.add(draft(match, value))).toMatchObject({ ok: false, code: 'invalid-argument' })
    expect([list.list, told]).toEqual([[], []])
  })
})

describe('whom it means', () => {
  it('is the narrowest rule about the caller', () => {
    const list = open()
    for (const [match, value] of [
      ['unknown', ''],
      ['anonymous', ''],
      ['prefix', '+4930'],
      ['range', '+49301234500-+49301234599'],
      ['exact', '+49301234567'],
      ['address', 'spam.example'],
      ['address', 'eve@pbx.example'],
    ] as const)
      list.add(draft(match, value))
    expect(matched(list, '+49301234567')).toBe('exact')
    expect(matched(list, '+49301234568')).toBe('range')
    expect(matched(list, '+4930123456')).toBe('prefix')
    expect(matched(list, '+33142685300')).toBeNull()
    expect(matched(list, '+33142685300', true)).toBe('unknown')
    expect(matched(list, null)).toBe('anonymous')
    expect(matched(list, 'bob@spam.example')).toBe('address')
    expect(matched(list, 'bob@notspam.example')).toBeNull()
    expect(matched(list, 'eve')).toBe('address')
  })

  it('is an Argentine mobile with its 9 and without it', () => {
    const list = open()
    list.add(draft('exact', '+54 9 11 2345 6789'))
    list.add(draft('prefix', '+54 9 261'))
    list.add(draft('range', '+54 9 221 400 0000 - +54 9 221 400 9999'))
    expect(matched(list, '+541123456789')).toBe('exact')
    expect(matched(list, '+542615551234')).toBe('prefix')
    expect(matched(list, '+542214001234')).toBe('range')
    expect(matched(list, '+541123456780')).toBeNull()
  })

  it('is a name on the own server that stands alone', () => {
    const list = open()
    list.add(draft('address', 'eve'))
    expect(matched(list, 'eve')).toBe('address')
    expect(matched(list, 'adam')).toBeNull()
  })

  it('is nobody outside the times of a rule', () => {
    const list = open()
    const now = new Date(clock.date())
    const minute = now.getHours() * 60 + now.getMinutes()
    list.add({ ...draft('exact', '204'), schedule: { days: [now.getDay()], from: minute, to: minute + 1 } })
    expect(matched(list, '204')).toBe('exact')
    clock.advance(2 * 60_000)
    expect(matched(list, '204')).toBeNull()
  })

  it('is found among ten thousand rules in no time', () => {
    const numbered = (match: BlockRuleDraft['match'], value: string, index: number) => ({
      ...draft(match, value),
      id: `${index}`,
      addedAt: 0,
    })
    const index = new RuleIndex(
      Array.from({ length: 10_000 }, (_, at) =>
        at % 2 === 0 ? numbered('prefix', `+4940${at}`, at) : numbered('range', `+49401${at}-+49402${at}`, at),
      ),
    )
    const began = performance.now()
    for (let count = 0; count < 100; count++) expect(index.find(stranger, 0)).toBeNull()
    expect((performance.now() - began) / 100).toBeLessThan(20)
    expect(index.find({ ...stranger, key: '+49409998' }, 0)?.id).toBe('9998')
  })
})

describe('what is kept', () => {
  it('is there after a restart, and what was removed is not', () => {
    const first = open()
    const added = first.add({ ...draft('exact', '204'), note: 'sells windows' })
    first.add(draft('prefix', '+4930'))
    if (added.ok) first.remove(added.value.id)
    expect(open().list).toMatchObject([{ match: 'prefix', value: '+4930', addedAt: clock.date() }])
    expect(told).toEqual([1, 2, 1])
    expect(first.remove('nobody')).toEqual({ ok: true, value: undefined })
  })

  it('one that says the same takes the place of the former', () => {
    const list = open()
    list.add(draft('exact', '030 1234567'))
    list.add({ ...draft('exact', '+49301234567'), note: 'again' })
    expect(list.list).toMatchObject([{ note: 'again' }])
  })

  it('a damaged line costs that rule alone', () => {
    const list = open()
    list.add(draft('exact', '204'))
    appendFileSync(path, '{"sum":"0000000000000000","record":{"match":"exact"}}\nnonsense\n')
    expect(open().list).toMatchObject([{ value: '204' }])
    open().clear()
    expect(readFileSync(path, 'utf8')).toBe('')
  })
})
