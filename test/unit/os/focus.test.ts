/* What macOS and Windows note of their own do not disturb, as far as it can be read. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../common/clock'
import { silentLog } from '../../../common/log'
import { MacFocus, readAssertions } from '../../../main/os/focus/mac-focus'
import { readQuietHours, WindowsFocus } from '../../../main/os/focus/windows-focus'
import { ManualClock, settle } from '../../fakes/manual-clock'
import { until } from '../../support/until'

describe('the registry of Windows', () => {
  const printed = (profile: string, shift = ''): string =>
    `\r\nHKEY_CURRENT_USER\\Software\r\n    Data    REG_BINARY    ${shift}${Buffer.from(`Microsoft.QuietHoursProfile.${profile}`, 'utf16le').toString('hex').toUpperCase()}00\r\n`

  it.each([
    [printed('Unrestricted'), false],
    [printed('PriorityOnly'), true],
    [printed('AlarmsOnly', '02'), true],
    [printed('SomethingNew'), null],
    ['ERROR: The system was unable to find the specified registry key', null],
    ['', null],
  ])('%#', (text, quiet) => expect(readQuietHours(text)).toBe(quiet))

  it('is read now and then, and not while nobody wants to know', async () => {
    const clock = new ManualClock()
    let [wanted, profile, asked, changes] = [true, 'PriorityOnly', 0, 0]
    const focus = new WindowsFocus({
      clock,
      isWanted: () => wanted,
      onChange: () => (changes += 1),
      ask: () => Promise.resolve((asked++, printed(profile))),
    })
    await settle()
    expect(focus.isQuiet).toBe(true)
    profile = 'Unrestricted'
    await clock.advanceAsync(30_000)
    expect([focus.isQuiet, changes]).toEqual([false, 2])
    wanted = false
    await clock.advanceAsync(300_000)
    expect([focus.isQuiet, asked]).toEqual([null, 2])
    focus.dispose()
    expect(clock.pending).toBe(0)
  })
})

describe('the notes of macOS', () => {
  const on = JSON.stringify({ data: [{ storeAssertionRecords: [{ assertionUUID: 'x' }] }], header: {} })
  const off = JSON.stringify({ data: [{ storeInvalidationRecords: [] }], header: {} })
  it.each([
    [on, true],
    [off, false],
    ['{"data":[]}', false],
    ['{"header":{}}', null],
    ['torn {', null],
  ])('%s: %s', (text, quiet) => expect(readAssertions(text)).toBe(quiet))

  it('are followed as they change, and nobody knows where they may not be read', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'patchcord-focus-')), 'Assertions.json')
    writeFileSync(path, off)
    let changes = 0
    const parts = { clock: systemClock, log: silentLog, onChange: () => (changes += 1) }
    const focus = new MacFocus({ ...parts, path })
    await until(() => focus.isQuiet === false, { what: 'the file to be read', every: 5 })
    writeFileSync(path, on)
    await until(() => focus.isQuiet === true, { what: 'the change to be seen', every: 5 })
    expect(changes).toBe(2)
    focus.dispose()
    const locked = new MacFocus({ ...parts, path: '/nowhere/at/all' })
    await settle()
    expect(locked.isQuiet).toBeNull()
    locked.dispose()
  })
})
