/*
 * The phone's main process, seen from outside through Node's own debugging protocol: what a test cannot learn of a page by
 * asking the page. Only for a phone started with `--inspect=127.0.0.1:0`.
 */
import { Page } from './page'
import type { Phone } from './phone'
import { until } from './until'

/** Evaluates in the main process; there `electron` is Electron's own module. */
export async function openMainProcess(phone: Phone): Promise<Page> {
  const address = await until(() => /Debugger listening on (ws:\S+)/.exec(phone.log())?.[1], {
    what: 'the main process to tell where it listens',
  })
  const main = await Page.attach({ id: 'main', type: 'node', url: 'main', webSocketDebuggerUrl: address })
  const expression = 'void (globalThis.electron = require("electron"))'
  await main.send('Runtime.evaluate', { expression, includeCommandLineAPI: true })
  return main
}
