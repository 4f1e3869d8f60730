/*
 * The tray icon and its menu, drawn by Electron (a StatusNotifierItem on Linux). Shows the face it is given and hands back
 * the verb of what was chosen.
 */
import { Menu, type MenuItemConstructorOptions, nativeImage, nativeTheme, Tray } from 'electron'
import type { TrayItem, TrayVerb } from '../observers/tray-item'
import type { TrayFace } from '../observers/tray-menu'
import type { TrayView } from '../observers/tray'
import { trayPictures } from './tray-icons'

/** Menus that are kept to be shown again. On Linux Electron never lets go of one that was on the desktop, so that the same is not to be made twice. */
const keptMenus = 32

export class SystemTray implements TrayView {
  #tray: Tray | null = null
  #face: TrayFace | null = null
  #menu = ''
  /** By what is in them, the last one shown last. */
  readonly #menus = new Map<string, Menu>()
  #listener: (verb: TrayVerb) => void = () => {}
  readonly #recolour = (): void => {
    if (this.#tray !== null && this.#face !== null) this.#tray.setImage(image(this.#face))
  }

  /** To be made after the app is ready; nothing is seen before the first face. */
  constructor() {
    nativeTheme.on('updated', this.#recolour)
  }

  onVerb(listener: (verb: TrayVerb) => void): void {
    this.#listener = listener
  }

  show(face: TrayFace): void {
    const before = this.#face
    this.#face = face
    const tray = this.#tray ?? this.#make(face)
    if (before !== null && before.icon !== face.icon) tray.setImage(image(face))
    if (before?.tooltip !== face.tooltip) tray.setToolTip(face.tooltip)
    const menu = JSON.stringify(face.menu)
    if (menu === this.#menu) return
    this.#menu = menu
    tray.setContextMenu(this.#menuOf(face, menu))
  }

  dispose(): void {
    nativeTheme.off('updated', this.#recolour)
    this.#tray?.destroy()
    this.#tray = null
  }

  #make(face: TrayFace): Tray {
    const tray = new Tray(image(face))
    tray.on('click', () => this.#listener({ type: 'open' }))
    this.#tray = tray
    return tray
  }

  #menuOf({ menu: items }: TrayFace, written: string): Menu {
    const known = this.#menus.get(written)
    const menu = known ?? Menu.buildFromTemplate(items.map((item) => this.#item(item)))
    if (known !== undefined) checkAgain(known, items)
    this.#menus.delete(written)
    this.#menus.set(written, menu)
    const [oldest] = this.#menus.keys()
    if (this.#menus.size > keptMenus && oldest !== undefined) this.#menus.delete(oldest)
    return menu
  }

  #item(item: TrayItem): MenuItemConstructorOptions {
    if (item.type === 'separator') return { type: 'separator' }
    // An ampersand would be read as the mark of an access key.
    const label = item.label.replace(/&/g, '&&')
    if (item.type === 'label') return { label, enabled: false }
    if (item.type === 'menu') return { label, submenu: item.items.map((one) => this.#item(one)) }
    return {
      label,
      ...(item.checked === null ? {} : { type: 'checkbox', checked: item.checked }),
      click: () => this.#listener(item.verb),
    }
  }
}

/** Electron ticks what is chosen by itself, also when nothing came of it. */
function checkAgain(menu: Menu, items: readonly TrayItem[]): void {
  for (const [i, item] of items.entries()) {
    const drawn = menu.items[i]
    if (drawn === undefined) continue
    if (item.type === 'menu' && drawn.submenu) checkAgain(drawn.submenu, item.items)
    if (item.type === 'verb' && item.checked !== null) drawn.checked = item.checked
  }
}

function image(face: TrayFace): Electron.NativeImage {
  const picture = nativeImage.createEmpty()
  for (const { scaleFactor, dataUrl } of trayPictures(face.icon, process.platform, nativeTheme.shouldUseDarkColors)) {
    picture.addRepresentation({ scaleFactor, dataURL: dataUrl })
  }
  if (process.platform === 'darwin') picture.setTemplateImage(true)
  return picture
}
