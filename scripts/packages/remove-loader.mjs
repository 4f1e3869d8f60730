/*
 * electron-builder's `afterExtract` for the stand-in: the loader that starts a folder in development has no place in a
 * package, whose application is app.asar alone.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'

export default function removeLoader({ appOutDir }) {
  rmSync(join(appOutDir, 'resources/app'), { recursive: true, force: true })
  rmSync(join(appOutDir, 'stand-in.stamp'), { force: true })
}
