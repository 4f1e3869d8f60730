/*
 * The log file as it is found on the disk afterwards.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createLog, type LogLevel } from '../../../main/os/log'

function open(level: LogLevel = 'info', maximumSize?: number) {
  const base = mkdtempSync(join(tmpdir(), 'patchcord-log-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const folder = join(base, 'logs')
  const log = createLog({ folder, level, console: false, ...(maximumSize === undefined ? {} : { maximumSize }) })
  return { log, folder, text: () => readFileSync(join(folder, 'main.log'), 'utf8') }
}

test('a line has its time and level, and only its owner can read it', () => {
  const { log, folder, text } = open()
  log.info('engine: ready')
  expect(text()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} info engine: ready\n$/)
  expect(statSync(join(folder, 'main.log')).mode & 0o777).toBe(0o600)
})

test('what is below the level is not written', () => {
  const { log, text } = open('warn')
  log.debug('one')
  log.info('two')
  log.warn('three')
  log.error('four')
  expect(text().match(/one|two|three|four/g)).toEqual(['three', 'four'])
})

test('secrets do not reach the disk, and numbers only at debug', () => {
  const { log, text } = open()
  log.error('register failed: Authorization: Digest response="canary"')
  log.info('dialling sip:+49301234567@pbx.example with password=canary %s %d %c')
  expect(text()).not.toMatch(/canary|4930/)
  expect(text()).toContain('%s %d')
  const verbose = open('debug')
  verbose.log.info('dialling sip:+49301234567@pbx.example with password=canary')
  expect(verbose.text()).toContain('+49301234567')
  expect(verbose.text()).not.toContain('canary')
})

test('a message from outside cannot forge a line or speak to the terminal', () => {
  const { log, text } = open()
  log.info('name: Ada\n2030-01-01 00:00:00.000 error all is lost\r\u001b[2Jgone\u2028end')
  const lines = text().trimEnd().split('\n')
  expect(lines.filter((line) => /^\d{4}-/.test(line))).toHaveLength(1)
  expect(text()).not.toContain('\u001b')
  expect(text()).not.toContain('\u2028')
})

test('files are rotated and the oldest go', () => {
  const { log, folder } = open('info', 1_000)
  for (let n = 0; n < 200; n++) log.info(`line ${n} ${'x'.repeat(80)}`)
  expect(readdirSync(folder).sort()).toEqual(['main.1.log', 'main.2.log', 'main.3.log', 'main.4.log', 'main.log'])
  for (const name of readdirSync(folder)) {
    expect(statSync(join(folder, name)).size).toBeLessThan(1_300)
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  }
  expect(readFileSync(join(folder, 'main.log'), 'utf8')).toContain('line 199')
})
