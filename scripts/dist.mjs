/*
 * `npm run dist [-- ELECTRON-BUILDER ARGS]`: builds and packs. Packages for users are made on the official Electron only;
 * where there is but the stand-in, the unpacked application and a .deb of it are made for tests, and named so.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureElectron, officialElectron } from './electron-runtime.mjs'
import { makeDeb } from './packages/deb.mjs'
import { packageMaintainer } from './packages/maintainer.mjs'
import { ensureBuild } from './setup/build.mjs'
import { checkNodeVersion } from './setup/node-version.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { root } from './setup/places.mjs'
import { runInFront } from './setup/run-in-front.mjs'
import { fail, say, step, StepError } from './setup/step.mjs'
import { isOnPath } from './setup/system-libraries.mjs'
import { standInFolder, standInVersion } from './stand-in/install.mjs'

const given = process.argv.slice(2)
const targets = given.filter((argument) => !argument.startsWith('-'))
const out = join(root, 'dist')
const unpacked = join(out, process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`)

try {
  checkNodeVersion()
  await ensureNpmPackages()
  await ensureElectron()
  await ensureBuild()
  process.exitCode = officialElectron() ? await packForUsers() : await packForTests()
} catch (error) {
  fail(error)
}

async function packForUsers() {
  const code = await build(given)
  const wantsDeb = process.platform === 'linux' && (targets.length === 0 || targets.includes('deb'))
  if (code === 0 || !wantsDeb || !existsSync(unpacked) || !isOnPath('dpkg-deb')) return code
  say('electron-builder did not finish; making the .deb from its unpacked folder with dpkg-deb.')
  say(`Made ${await makeDeb(unpacked, { out })}`)
  return targets.every((target) => target === 'deb') && targets.length > 0 ? 0 : code
}

async function packForTests() {
  say(
    [
      '',
      `  THIS IS FOR TESTS ONLY, NOT FOR USERS: the official Electron could not be downloaded, so what is packed here runs`,
      `  on a stand-in, Electron ${standInVersion}. Only the unpacked application and a .deb of it are made.`,
      '',
    ].join('\n'),
  )
  if (
    targets.some((target) => !['dir', 'deb'].includes(target)) ||
    given.some((argument) => /^--?(mac|m|win|w|windows|macos)$/.test(argument))
  ) {
    throw new StepError(
      `Packages for users (${given.join(' ')}) need the official Electron. Deleting .cache tries its download again.`,
    )
  }
  const code = await build([
    '--linux',
    'dir',
    `-c.electronDist=${standInFolder}`,
    `-c.electronVersion=${standInVersion}`,
    `-c.afterExtract=${join(import.meta.dirname, 'packages/remove-loader.mjs')}`,
  ])
  // `dir` says that the folder is enough.
  if (code !== 0 || given.includes('dir') || !isOnPath('dpkg-deb')) return code
  const file = await step('Making the .deb', () =>
    makeDeb(unpacked, {
      out,
      quick: true,
      suffix: `~standin${standInVersion}`,
      note: 'Built on a stand-in Electron, for tests only.',
    }),
  )
  say(`Made ${file}`)
  return 0
}

function build(args) {
  const cli = join(root, 'node_modules/electron-builder/cli.js')
  const maintainer = `-c.linux.maintainer=${packageMaintainer(process.env)}`
  return runInFront(process.execPath, [cli, maintainer, ...args, '--publish', 'never'], { cwd: root })
}
