/*
 * What `default_app.asar` does in an official Electron: start the application in the folder given on the command line.
 * It is awaited to the end, so that Electron's `ready` comes after the application's own module, as it does officially.
 * It must not know which application that is.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.')
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

process.defaultApp = true
app.setName(manifest.productName ?? manifest.name)
app.setVersion(manifest.version)
app.setDesktopName(manifest.desktopName ?? `${manifest.name}.desktop`)
app.setAppPath(folder)

await import(pathToFileURL(join(folder, manifest.main ?? 'index.js')).href)
