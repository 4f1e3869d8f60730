/*
 * Builds `out/` when a source is newer than it: the list of sources with their times and sizes is kept from the last build.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache, root } from './places.mjs'
import { run } from './run.mjs'
import { step, StepError } from './step.mjs'

/** Folders that the bundles are made of. */
export const sources = ['main', 'preload', 'renderer', 'gateway', 'common', 'build']
/** Files beside them that decide how they are built. */
const settings = ['electron.vite.config.ts', 'svelte.config.js', 'tsconfig.json', 'package.json', 'package-lock.json']
const stampFile = join(cache, 'build-stamp')
const entry = join(root, 'out/main/index.js')

export async function ensureBuild() {
  const stamp = stampOf([...sources, ...settings])
  if (existsSync(entry) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  const { code, output } = await step('Building', () =>
    run(process.execPath, [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build'], { cwd: root }),
  )
  if (code !== 0) throw new StepError(`The build failed:\n${output}`)
  mkdirSync(cache, { recursive: true })
  writeFileSync(stampFile, stamp)
}

function stampOf(names) {
  const hash = createHash('sha256')
  const add = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false })
    if (stat?.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`)
    else if (stat) hash.update(`${path} ${stat.mtimeMs} ${stat.size}\n`)
  }
  names.forEach(add)
  return hash.digest('hex')
}
