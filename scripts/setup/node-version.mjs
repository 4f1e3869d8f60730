/*
 * Refuses a Node that is too old, in words, before anything is loaded that would fail on it in riddles.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.mjs'
import { StepError } from './step.mjs'

/** @throws {StepError} when this Node is older than package.json's `engines.node` */
export function checkNodeVersion(version = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const [wantedMajor = 0, wantedMinor = 0] = engines.node.replace('>=', '').split('.').map(Number)
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  throw new StepError(
    `Patchcord is built with Node ${wantedMajor}.${wantedMinor} or newer; this is Node ${version}.\n` +
      'Install a current one from https://nodejs.org, then run this again.',
  )
}
