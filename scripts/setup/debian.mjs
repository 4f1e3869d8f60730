/*
 * Debian's and Ubuntu's packages: what is missing, installed as root or told as the command to type.
 * It must not know what they are for.
 */
import { existsSync, readFileSync } from 'node:fs'
import { isRoot } from './places.mjs'
import { run } from './run.mjs'
import { step, StepError } from './step.mjs'

export function isDebian() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || !existsSync('/etc/os-release')) return false
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/**
 * @param {string} why for the step's title
 * @param {string[]} wanted package names; `a|b` is the first of them that this release has
 * @throws {StepError} with the exact command when this is not root's session, or with apt's words
 */
export async function installDebianPackages(why, wanted) {
  if (wanted.length === 0) return
  if (!isRoot) {
    // Without package lists nothing is known; the oldest names are the likeliest there.
    const chosen = await choose(wanted)
    const names = chosen.length > 0 ? chosen : wanted.map((either) => either.split('|').at(-1))
    throw new StepError(
      `This needs ${why}. Please run\n\n    sudo apt-get install ${names.join(' ')}\n\nand then this again.`,
    )
  }
  await step(`Installing ${wanted.length} Debian packages: ${why}`, async () => {
    // A fresh system has no package lists at all.
    if ((await choose(wanted)).length < wanted.length) await apt(['update'])
    const install = async () => apt(['install', '-y', '--no-install-recommends', ...(await choose(wanted))])
    // Lists that are older than the mirror name files that are gone: fresh lists, once.
    let result = await install()
    if (result.code !== 0) {
      await apt(['update'])
      result = await install()
    }
    if (result.code !== 0) {
      throw new StepError(`apt-get could not install ${wanted.join(' ')}:\n${result.output.slice(-2000)}`)
    }
  })
}

function apt(args) {
  return run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

/** Newer releases renamed some libraries (`…t64`), and may have dropped some. */
async function choose(wanted) {
  const known = await candidates(wanted.flatMap((names) => names.split('|')))
  return wanted.map((names) => names.split('|').find((name) => known.has(name))).filter(Boolean)
}

/** Those of the names that apt could install. */
async function candidates(names) {
  const { output } = await run('apt-cache', ['policy', ...names], { env: { ...process.env, LC_ALL: 'C' } })
  return new Set(
    output
      .split(/^(?=\S)/m)
      .filter((entry) => /Candidate: (?!\(none\))/.test(entry))
      .map((entry) => entry.slice(0, entry.indexOf(':'))),
  )
}
