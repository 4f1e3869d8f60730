/*
 * A display and a session bus for programs that need a desktop where there is none, or one of their own: Xvfb and
 * dbus-daemon, ended with the program that asked for them. Linux only; elsewhere a desktop is always there.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StepError } from './step.mjs'

/** What this session lacks: nothing outside Linux, or on a desktop. */
export function missingFromDesktop(env = process.env) {
  if (process.platform !== 'linux') return { display: false, bus: false }
  return { display: !env.DISPLAY && !env.WAYLAND_DISPLAY, bus: !env.DBUS_SESSION_BUS_ADDRESS }
}

/** The programs that `openDesktop` would run. */
export function programsFor({ display, bus }) {
  return [...(display ? ['Xvfb'] : []), ...(bus ? ['dbus-daemon'] : [])]
}

/**
 * @param {{ display: boolean, bus: boolean, screen?: string }} wanted which of them to run; `screen` is WIDTHxHEIGHTxDEPTH
 * @returns {Promise<{ env: NodeJS.ProcessEnv, close(): void }>} what to add to a program's environment
 */
export async function openDesktop({ display, bus, screen = '1280x800x24' }) {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-desktop-'))
  const children = []
  const close = () => {
    process.off('exit', close)
    for (const child of children) child.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
  process.once('exit', close)
  try {
    const env = {}
    if (display) {
      const cookie = join(folder, 'xauthority')
      writeFileSync(cookie, xauthority(), { mode: 0o600 })
      // Without -noreset the server starts over whenever its last client leaves, and a client that comes at that very
      // moment waits forever.
      const args = ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-noreset', '-auth', cookie]
      Object.assign(env, { DISPLAY: `:${await started('Xvfb', args, children)}`, XAUTHORITY: cookie })
    }
    if (bus) {
      const args = ['--session', '--nofork', '--nopidfile', '--print-address=3']
      env.DBUS_SESSION_BUS_ADDRESS = await started('dbus-daemon', args, children, { ...process.env, ...env })
    }
    return { env, close }
  } catch (error) {
    close()
    throw error
  }
}

/** Starts a program that writes one line about itself to descriptor 3 when it is ready; gives that line. */
function started(program, args, children, env = process.env) {
  return new Promise((done, failed) => {
    // A process group of its own: a Ctrl-C meant for the phone must not take its display away first.
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], detached: true, env })
    children.push(child)
    let [line, complaints] = ['', '']
    child.stderr.on('data', (chunk) => (complaints = (complaints + chunk).slice(-2000)))
    child.stdio[3].on('data', (chunk) => {
      line += chunk
      if (!line.includes('\n')) return
      for (const stream of [child, child.stderr, child.stdio[3]]) stream.unref()
      done(line.trim())
    })
    child.once('error', (error) => failed(new StepError(`${program} could not be started: ${error.message}`)))
    child.once('exit', (code) => failed(new StepError(`${program} ended (${code}) at its start: ${complaints.trim()}`)))
  })
}

/**
 * An X authority file with one fresh cookie for every display (the number is not known yet): family 0xffff is "any", the
 * address and the display number are empty. Without it every user of the machine could read this screen.
 */
function xauthority() {
  const counted = (bytes) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
  const empty = Buffer.alloc(0)
  return Buffer.concat([
    Buffer.from([0xff, 0xff]),
    counted(empty),
    counted(empty),
    counted(Buffer.from('MIT-MAGIC-COOKIE-1')),
    counted(randomBytes(16)),
  ])
}
