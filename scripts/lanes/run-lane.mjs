/*
 * Runs one lane's tests: `run-lane.mjs LANE REPORT desktop|plain [VITEST ARGS]`. A program of its own, so that it can be
 * put into a network of its own together with the display and the session bus it opens.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDesktop } from '../setup/desktop.mjs'
import { root } from '../setup/places.mjs'
import { runInFront } from '../setup/run-in-front.mjs'
import { fail } from '../setup/step.mjs'

const [lane, report, surroundings, ...rest] = process.argv.slice(2)
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const args = [vitest, 'run', '--project', lane, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]

try {
  // Nothing of the person's own desktop is touched: display, bus and run-time folder are the lane's.
  const desktop = surroundings === 'desktop' ? await openDesktop({ display: true, bus: true }) : undefined
  const runtime = desktop && mkdtempSync(join(tmpdir(), 'patchcord-runtime-'))
  const env = { ...process.env, ...desktop?.env, ...(runtime && { XDG_RUNTIME_DIR: runtime, XDG_SESSION_TYPE: 'x11' }) }
  if (desktop) delete env.WAYLAND_DISPLAY
  const code = await runInFront(process.execPath, [...args, ...rest], { cwd: root, env })
  desktop?.close()
  if (runtime) rmSync(runtime, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  process.exit(code)
} catch (error) {
  fail(error)
}
