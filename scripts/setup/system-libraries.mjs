/*
 * The libraries and programs of a Linux system that Electron needs. Asked of the linker, not of a package manager, so that
 * every distribution gets an answer; installed where that is known how to do. Other systems bring everything with them.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installDebianPackages, isDebian } from './debian.mjs'
import { isRoot } from './places.mjs'
import { run } from './run.mjs'
import { StepError } from './step.mjs'

/** Library as the linker calls it → Debian's package; `a|b` is renamed in newer releases. */
const libraries = {
  'libnss3.so': 'libnss3',
  'libatk-1.0.so.0': 'libatk1.0-0t64|libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0t64|libatk-bridge2.0-0',
  'libcups.so.2': 'libcups2t64|libcups2',
  'libgtk-3.so.0': 'libgtk-3-0t64|libgtk-3-0',
  'libgbm.so.1': 'libgbm1',
  'libasound.so.2': 'libasound2t64|libasound2',
}

/** Loaded only when used: the phone runs without them, so they are installed where that asks nobody, and not demanded. */
const extras = {
  'libXss.so.1': 'libxss1',
  'libnotify.so.4': 'libnotify4',
  'libsecret-1.so.0': 'libsecret-1-0',
}

/** Program → Debian's package. */
const packagesOfPrograms = { Xvfb: 'xvfb', 'dbus-daemon': 'dbus' }

/**
 * @param {string} executable Electron
 * @param {string[]} programs those of `packagesOfPrograms` that are going to be used
 * @throws {StepError} naming what is missing, with the command that installs it where that is known
 */
export async function ensureSystemLibraries(executable, programs = []) {
  if (process.platform !== 'linux') return
  const needed = await missingOnSystem(executable, programs)
  const wanted = [...needed, ...(isRoot && isDebian() ? await missingLibraries(Object.keys(extras)) : [])]
  if (wanted.length === 0) return
  const packages = { ...libraries, ...extras, ...packagesOfPrograms }
  if (isDebian()) {
    const known = wanted.flatMap((name) => packages[name] ?? [])
    await installDebianPackages('libraries for Electron', known)
  }
  const left = await missingOnSystem(executable, programs)
  if (left.length > 0) throw new StepError(`Electron needs these; please install them: ${left.join(', ')}`)
}

async function missingOnSystem(executable, programs) {
  const linked = await run('ldd', [executable])
  const libraries = [...linked.output.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name)
  return [...new Set([...libraries, ...programs.filter((name) => !isOnPath(name))])]
}

/** Libraries of these that the linker would not find later on. ldconfig may be elsewhere than on a user's PATH. */
async function missingLibraries(names) {
  const { code, output } = await run(existsSync('/sbin/ldconfig') ? '/sbin/ldconfig' : 'ldconfig', ['-p'])
  return code === 0 ? names.filter((name) => !output.includes(`${name} `)) : []
}

/** Whether a program of this name can be run. */
export function isOnPath(program, path = process.env.PATH ?? '') {
  return path.split(delimiter).some((folder) => folder && existsSync(join(folder, program)))
}
