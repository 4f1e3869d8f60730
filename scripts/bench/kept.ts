/*
 * Keeps what was measured as JSON, one file a run, with the machine it was measured on.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { cache } from '../setup/places.mjs'
import type { Figure } from './figures'

/** Writes the figures, and what else is to be said, and returns the file's path. `loadBefore`: of the machine, when it began. */
export function keep(figures: readonly Figure[], loadBefore: number, more: Readonly<Record<string, unknown>>): string {
  const date = new Date().toISOString()
  const load = { before: loadBefore, after: loadavg()[0] ?? 0 }
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? '', load }
  const file = join(cache, 'bench', `${date.replace(/[:.]/g, '-')}.json`)
  mkdirSync(join(cache, 'bench'), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ date, machine, figures, ...more }, null, 2)}\n`)
  return file
}
