/*
 * Runs the benchmark on a display and a session bus of its own. A program apart, so that it can be put into a network of its
 * own together with them; the benchmark itself is TypeScript and shares the lab's helpers.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { openDesktop } from '../setup/desktop.mjs'
import { fail } from '../setup/step.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '25' },
    starts: { type: 'string', default: '12' },
    only: { type: 'string', default: 'starts,calls,verbs,idle,talk,ring,load,back' },
  },
})

const runtime = mkdtempSync(join(tmpdir(), 'patchcord-runtime-'))
let desktop
try {
  desktop = await openDesktop({ display: true, bus: true })
  Object.assign(process.env, desktop.env, { XDG_RUNTIME_DIR: runtime, XDG_SESSION_TYPE: 'x11' })
  delete process.env.WAYLAND_DISPLAY
  const { module } = await runnerImport(join(import.meta.dirname, 'bench.ts'))
  await module.bench({
    rounds: Number(values.rounds),
    starts: Number(values.starts),
    parts: values.only.split(','),
  })
} catch (error) {
  process.exitCode = 1
  desktop?.close()
  rmSync(runtime, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  fail(error)
}
desktop.close()
rmSync(runtime, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
process.exit(0)
