/*
 * What comes of starting the program while the phone runs, and of links and clicks on the dock: a file of accounts is taken in, a window opened.
 */
import { resolve } from 'node:path'
import type { App } from 'electron'
import { parseCommandLine } from '../command-line'

export interface StartedAgainOptions {
  /** Takes in a file of accounts; `path` is absolute. */
  readonly provision: (path: string) => void
  /** `link`: what is to be shown in it; null: nothing in particular. */
  readonly openWindow: (link: string | null) => void
}

export function onStartedAgain(app: App, { provision, openWindow }: StartedAgainOptions): void {
  app
    .on('second-instance', (_event, argv, from) => {
      const again = parseCommandLine(argv.slice(1))
      if (again.provision !== null) provision(resolve(from, again.provision))
      // Started at login beside a phone that runs already: nobody asked for a window.
      if (!again.hidden || again.link !== null) openWindow(again.link)
    })
    .on('open-url', (_event, url) => openWindow(parseCommandLine([url]).link))
    .on('activate', () => openWindow(null))
}
