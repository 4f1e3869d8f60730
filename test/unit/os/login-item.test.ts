/*
 * Starting at login, and noticing sleep.
 */
import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { autostartEntry, setLoginItem } from '../../../main/os/login-item'
import { watchPower } from '../../../main/os/power'

test('on Linux the autostart entry comes and goes', () => {
  const configHome = mkdtempSync(join(tmpdir(), 'patchcord-login-'))
  onTestFinished(() => rmSync(configHome, { recursive: true, force: true }))
  const path = join(configHome, 'autostart', 'patchcord.desktop')
  const app = { setLoginItemSettings: () => expect.unreachable() }
  const options = { platform: 'linux', app, command: ['/opt/Patchcord/patchcord'], configHome } as const
  expect(setLoginItem(true, options).ok).toBe(true)
  expect(readFileSync(path, 'utf8')).toContain('Exec="/opt/Patchcord/patchcord" "--hidden"\n')
  expect(setLoginItem(false, options).ok).toBe(true)
  expect(setLoginItem(false, options).ok).toBe(true)
  expect(existsSync(path)).toBe(false)
  writeFileSync(join(configHome, 'file'), '')
  expect(setLoginItem(true, { ...options, configHome: join(configHome, 'file') })).toMatchObject({
    code: 'storage-failed',
  })
})

test('a path with everything in it is one word to the desktop', () => {
  expect(autostartEntry(['/a b/"$x`\\50%'])).toContain('Exec="/a b/\\\\"\\\\$x\\\\`\\\\\\\\50%%"\n')
})

test('elsewhere the system is asked', () => {
  const asked: unknown[] = []
  const app = { setLoginItemSettings: (settings: unknown) => void asked.push(settings) }
  setLoginItem(true, { platform: 'win32', app, command: ['C:\\p.exe'], configHome: '' })
  expect(asked).toEqual([{ openAtLogin: true, path: 'C:\\p.exe', args: ['--hidden'] }])
})

test('one sleep is told once, however often the system says it', () => {
  const monitor = new EventEmitter()
  const told: string[] = []
  const stop = watchPower(monitor as never, {
    onSuspend: () => told.push('suspend'),
    onResume: () => told.push('resume'),
  })
  for (const event of ['suspend', 'suspend', 'resume', 'resume', 'unlock-screen']) monitor.emit(event)
  expect(told).toEqual(['suspend', 'resume', 'resume'])
  stop()
  monitor.emit('suspend')
  expect(told).toHaveLength(3)
})
