/*
 * Takes a picture of every view of the phone, in light and dark: `npm run gallery -- [--scale=2] [--out=DIR] [VIEW …]`.
 * Builds the phone when it is not built; opens a display of its own where there is none.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureElectron } from './electron-runtime.mjs'
import { openGallery } from './gallery/gallery-window.mjs'
import { missingFromDesktop, openDesktop } from './setup/desktop.mjs'

const home = resolve(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '1' }, out: { type: 'string', default: join(home, 'out/gallery') } },
})

if (!existsSync(join(home, 'out/renderer/ui/gallery.html'))) {
  execFileSync(process.execPath, [join(home, 'node_modules/electron-vite/bin/electron-vite.js'), 'build'], {
    cwd: home,
    stdio: 'inherit',
  })
}
await ensureElectron()
const desktop = await openDesktop({ ...missingFromDesktop(), screen: '1600x1600x24' })
try {
  const gallery = await openGallery({ scale: Number(values.scale), env: { ...process.env, ...desktop.env } })
  mkdirSync(values.out, { recursive: true })
  const views = positionals.length > 0 ? positionals : await gallery.views()
  for (const view of views) {
    for (const theme of ['light', 'dark']) {
      const complaints = await gallery.show(view, theme)
      for (const complaint of complaints) console.warn(`${view} (${theme}): ${complaint}`)
      writeFileSync(join(values.out, `${view}-${theme}.png`), await gallery.picture())
    }
  }
  await gallery.close()
  console.log(`${views.length * 2} pictures in ${values.out}`)
} finally {
  desktop.close()
}
