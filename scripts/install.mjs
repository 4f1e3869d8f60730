/*
 * Installs the npm packages if they are not as the lock file says, and nothing else: what `npm run check` needs.
 */
import { checkNodeVersion } from './setup/node-version.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { fail } from './setup/step.mjs'

try {
  checkNodeVersion()
  await ensureNpmPackages()
} catch (error) {
  fail(error)
}
