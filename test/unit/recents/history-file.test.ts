/*
 * The history of calls through damage, full disks and kills.
 */
import { appendFileSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLog } from '../../../common/log'
import type { HistoryEntry } from '../../../common/phone-state'
import { HistoryFile } from '../../../main/recents/history-file'
import { temporaryFolder } from '../settings/support'

const call = (n: number, patch: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id: `call-${n}`,
  accountId: 'work',
  direction: 'incoming',
  handle: { type: 'phoneNumber', value: '+4930123456' },
  name: 'Ada "\u2028\n" Lovelace',
  startedAt: n * 1000,
  connectedAt: null,
  endedAt: n * 1000 + 500,
  cause: 'remote-cancelled',
  sipStatus: null,
  missed: true,
  seen: false,
  label: null,
  screening: null,
  mos: null,
  relations: [],
  ...patch,
})

const open = (path: string, limit?: number): HistoryFile =>
  new HistoryFile({ path, log: silentLog, ...(limit === undefined ? {} : { limit }) })
const ids = (path: string, limit?: number): string[] =>
  open(path, limit)
    .load()
    .map(({ id }) => id)

function historyOf(count: number): string {
  const path = join(temporaryFolder(), 'history.jsonl')
  const file = open(path)
  for (let n = 1; n <= count; n++) expect(file.append(call(n)).ok).toBe(true)
  return path
}

test('ended calls are there after a restart, newest first, in a file only its owner can read', () => {
  const path = historyOf(3)
  expect(open(path).load()).toEqual([call(3), call(2), call(1)])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('every line is JSON', () => {
  const lines = readFileSync(historyOf(3), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { record: { entry: HistoryEntry } }).record.entry.id)).toEqual([
    'call-1',
    'call-2',
    'call-3',
  ])
})

test('seen is seen for good, and later calls are not', () => {
  const path = historyOf(2)
  const file = open(path)
  file.load()
  file.markSeen()
  file.append(call(3))
  expect(file.list().map(({ seen }) => seen)).toEqual([false, true, true])
  expect(open(path).load()).toEqual(file.list())
  const { size } = statSync(path)
  file.markSeen()
  file.markSeen()
  expect(statSync(path).size).toBeLessThan(size + 100)
})

test('clearing leaves nothing behind', () => {
  const path = historyOf(2)
  const file = open(path)
  file.load()
  expect(file.clear().ok).toBe(true)
  expect(readFileSync(path, 'utf8')).toBe('')
  expect(ids(path)).toEqual([])
})

test('a damaged line costs itself and no other', () => {
  const path = historyOf(3)
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, [lines[0], lines[1]?.replace('call-2', 'call-9'), 'garbage', '\0\0', lines[2], ''].join('\n'))
  expect(ids(path)).toEqual(['call-3', 'call-1'])
})

test('cut at any byte, the file loses at most its last call and goes on', () => {
  const path = historyOf(2)
  const content = readFileSync(path)
  const first = content.indexOf('\n') + 1
  for (let length = first; length <= content.length; length += 7) {
    writeFileSync(path, content)
    truncateSync(path, length)
    const file = open(path)
    file.load()
    expect(file.append(call(3)).ok).toBe(true)
    const expected = length === content.length ? ['call-3', 'call-2', 'call-1'] : ['call-3', 'call-1']
    // Cut exactly before the line's end, the call itself is whole.
    expect([expected, ['call-3', 'call-2', 'call-1']]).toContainEqual(ids(path))
  }
})

test('the newest calls are kept and the file stays small', () => {
  const path = join(temporaryFolder(), 'history.jsonl')
  const file = open(path, 10)
  for (let n = 1; n <= 100; n++) file.append(call(n))
  expect(ids(path, 10)).toEqual(Array.from({ length: 10 }, (_, index) => `call-${100 - index}`))
  expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThanOrEqual(22)
  expect(readdirSync(dirname(path))).toEqual(['history.jsonl'])
})

test('calls that nobody has looked at do not make every further call write the whole file anew', () => {
  const path = join(temporaryFolder(), 'history.jsonl')
  const file = new HistoryFile({ path, log: silentLog, limit: 10, overflow: () => true })
  let written = 0
  let before = 0
  for (let n = 1; n <= 50; n++) {
    const { id, accountId, direction, handle, name, startedAt, connectedAt } = call(n)
    file.noteOpen({ id, accountId, direction, handle, name, startedAt, connectedAt }, n * 1000)
    file.append(call(n))
    const { ino } = statSync(path)
    if (before !== 0 && ino !== before) written++
    before = ino
  }
  expect(written).toBeLessThanOrEqual(4)
  expect(file.list()).toHaveLength(50)
  expect(ids(path, 50)).toHaveLength(50)
  expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThanOrEqual(102)
})

test('a call written twice ended once', () => {
  const path = historyOf(2)
  open(path).append(call(1, { seen: true }))
  expect(ids(path)).toEqual(['call-1', 'call-2'])
})

test('where nothing can be written the list still works and the failure is told', () => {
  const path = join(temporaryFolder(), 'history.jsonl')
  mkdirSync(path)
  const file = open(path)
  expect(file.load()).toEqual([])
  expect(file.append(call(1))).toMatchObject({ ok: false, code: 'storage-failed' })
  expect(file.list()).toEqual([call(1)])
})

test('ten thousand foreign lines are skipped without a stall', () => {
  const path = historyOf(1)
  appendFileSync(path, `${'x'.repeat(200)}\n`.repeat(10_000))
  expect(ids(path)).toEqual(['call-1'])
  expect(statSync(path).size).toBeLessThan(10_000)
})
