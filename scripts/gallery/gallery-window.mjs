/*
 * The gallery of the built ui page in a real Electron window: shows a view in a theme, tells what went wrong on the way,
 * takes its picture. The page is served by the phone's own code, policy included. It must not know what the views are.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron } from 'playwright-core'
import { runnerImport } from 'vite'
import { electronArguments, electronExecutable } from '../electron-runtime.mjs'

const built = resolve(import.meta.dirname, '../../out/renderer')
const drawnWithinMs = 10_000

/**
 * Opens it; needs a display and a built phone (`npm run build`).
 * @param {{ scale?: number, env?: NodeJS.ProcessEnv }} options
 */
export async function openGallery({ scale = 1, env = process.env } = {}) {
  if (!existsSync(join(built, 'ui/gallery.html'))) throw new Error('The phone is not built: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-gallery-'))
  // A copy: a build that runs meanwhile must not pull the pages from under the window.
  const root = join(folder, 'pages')
  cpSync(built, root, { recursive: true })
  const { module } = await runnerImport(resolve(import.meta.dirname, '../../main/windows/app-protocol.ts'))
  const server = createServer(async (request, response) => {
    const answer = await module.serve(
      { method: request.method, url: `app://gallery${request.url}` },
      { root, pages: ['gallery'] },
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${server.address().port}/`
  const application = await _electron.launch({
    executablePath: electronExecutable(),
    args: [
      ...electronArguments(),
      join(import.meta.dirname, 'app'),
      `--user-data-dir=${join(folder, 'profile')}`,
      `--force-device-scale-factor=${scale}`,
      // Each view is another address, and a quick machine comes to more of them than Chromium lets a page go to (200 in 10 s).
      '--disable-ipc-flooding-protection',
    ],
    env: { ...env, GALLERY_URL: address },
  })
  const page = await application.firstWindow()
  const devtools = await page.context().newCDPSession(page)
  // Nothing is looked at half-way between two looks.
  await devtools.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] })
  let complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))

  /** Past the page's policy, as a debugger does; Playwright's own `evaluate` needs `eval`, which the policy forbids. */
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  await page.goto(address)
  let turns = 0
  /** The page says when it has drawn what its address asks for; what it complained about on the way. */
  const arrive = async (query) => {
    complaints = []
    // The same view again is another address, so that it begins anew.
    const hash = JSON.stringify(`#${new URLSearchParams({ ...query, turn: String(++turns) })}`)
    const drawn = await evaluate(`new Promise((resolve) => {
      const root = document.documentElement
      const done = (is) => (watch.disconnect(), clearTimeout(timer), resolve(is))
      const watch = new MutationObserver(() => root.dataset.drawn === ${hash} && done(true))
      const timer = setTimeout(() => done(false), ${drawnWithinMs})
      watch.observe(root, { attributes: true, attributeFilter: ['data-drawn'] })
      location.hash = ${hash}
    })`)
    if (!drawn) throw new Error(`${query.view} was not drawn: ${complaints.join('; ') || 'no complaint'}`)
    return complaints
  }

  return {
    evaluate,
    /** The names of all views. */
    async views() {
      return (await evaluate('document.documentElement.dataset.views')).split(' ')
    },
    /** Shows it, and returns what the console complained about. */
    show: (view, theme, dir = 'ltr') => arrive({ view, theme, dir }),
    /** A window of another size, in pixels of the page. */
    resize: (width, height) =>
      devtools.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: scale, mobile: false }),
    /** @returns {Promise<Buffer>} PNG */
    async picture() {
      // Nothing looks pointed at, wherever the pointer of the display is.
      await page.mouse.move(0, 0)
      return page.screenshot()
    },
    async close() {
      await application.close()
      server.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    },
  }
}
