/*
 * The dialogs of the desktop: where to save, what to open, and whether to go on. In front of the phone's window when there is one.
 */
import { BrowserWindow, dialog } from 'electron'
import type { AskUser, FileKind } from '../wishes/ask-user'
import { words } from '../words'

const filtersOf = (kinds: readonly FileKind[]): { name: string; extensions: string[] }[] =>
  kinds.map(({ name, extensions }) => ({ name, extensions: [...extensions] }))

/** Answers from whoever sits at this computer. */
export const askUser: AskUser = {
  async saveFile(proposed, kinds) {
    const options = { defaultPath: proposed, filters: filtersOf(kinds) }
    const window = BrowserWindow.getFocusedWindow()
    const { canceled, filePath } = await (window
      ? dialog.showSaveDialog(window, options)
      : dialog.showSaveDialog(options))
    return canceled || filePath === '' ? null : filePath
  },
  async openFile(kinds) {
    const options = { properties: ['openFile' as const], filters: filtersOf(kinds) }
    const window = BrowserWindow.getFocusedWindow()
    const { canceled, filePaths } = await (window
      ? dialog.showOpenDialog(window, options)
      : dialog.showOpenDialog(options))
    return canceled ? null : (filePaths[0] ?? null)
  },
  async confirm({ message, detail, agree }) {
    const options = {
      type: 'warning' as const,
      message,
      detail,
      buttons: [words.cancel, agree],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    }
    const window = BrowserWindow.getFocusedWindow()
    const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
    return response === 1
  },
}
