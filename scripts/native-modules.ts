/*
 * Puts the libraries that cannot be bundled, because they load machine code, beside the bundles with all they need at run time: the
 * packaged application carries no other node_modules. Only what this computer's installation has for it is there to be copied.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import type { Plugin } from 'vite'

/** Imported by name at run time. */
export const nativePackages = ['node-datachannel', 'lmdb']

/** Sources, types and documentation stay behind; licences go with the code. */
const kept = new Set(['.js', '.cjs', '.mjs', '.json', '.node'])
/** Code for one version of Node alone: Electron's is another, and is served by N-API. */
const forNodeAlone = /^node\.abi\d+\./
const isKept = (name: string): boolean =>
  /^(licen[cs]e|notice|copying)/i.test(name) ||
  (kept.has(extname(name)) && !/^(rollup\.config|test-|tsconfig|\.)/.test(name) && !forNodeAlone.test(name))
/** Of a package: what is only for those who build or test it, or use what we do not. */
const skipped = new Set(['node_modules', 'src', 'test', 'tests', 'types', 'polyfill', 'dependencies', 'bin'])
/** Only to build with; only faster at what is not done here. */
const needless = new Set(['node-addon-api', 'msgpackr-extract'])

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** `root`: whose node_modules they are in. `target`: the folder they go to, made anew. */
export const nativeModules = (root: string, target: string): Plugin => ({
  name: 'native-modules',
  closeBundle() {
    rmSync(target, { recursive: true, force: true })
    const seen = new Set<string>()
    const take = (name: string): void => {
      const from = join(root, 'node_modules', name)
      // Of the optional ones only those for this computer are installed.
      if (seen.has(name) || needless.has(name) || !existsSync(from)) return
      seen.add(name)
      copy(from, join(target, name))
      const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
        readFileSync(join(from, 'package.json'), 'utf8'),
      ) as Manifest
      for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) take(other)
    }
    for (const name of nativePackages) take(name)
  },
})

function copy(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const path = join(from, entry.name)
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name) && !entry.name.startsWith('.')) copy(path, join(to, entry.name))
    } else if (isKept(entry.name)) {
      mkdirSync(dirname(join(to, entry.name)), { recursive: true })
      cpSync(path, join(to, entry.name), { dereference: true })
    }
  }
}
