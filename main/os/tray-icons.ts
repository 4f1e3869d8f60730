/*
 * The tray's pictures, carried inside the bundle so that they are found in development and in the package alike. Which
 * variant fits a panel is decided here; which state is shown is not.
 */
import type { TrayIcon } from '../observers/tray-menu'

/** File name to data URL; the names are made by build/render-icons.mjs. */
const pictures: Readonly<Record<string, string>> = import.meta.glob('../../build/tray/*.png', {
  query: '?inline',
  import: 'default',
  eager: true,
})

export interface TrayPicture {
  readonly scaleFactor: number
  readonly dataUrl: string
}

/** Pixel sizes at scale factor 1, 1.5 and 2 and more; each platform has its own idea of a tray icon. */
const sizes: Readonly<Record<'any' | 'dark' | 'light' | 'template', readonly (readonly [number, number])[]>> = {
  any: [
    [1, 22],
    [2, 44],
  ],
  dark: [
    [1, 16],
    [1.5, 24],
    [2, 32],
    [4, 64],
  ],
  light: [
    [1, 16],
    [1.5, 24],
    [2, 32],
    [4, 64],
  ],
  template: [
    [1, 16],
    [2, 32],
  ],
}

/**
 * The picture of `icon` in the sizes the platform asks for. On Linux nobody tells the panel's colour, so there it is one
 * that stands out on both; macOS tints its template; Windows says whether its task bar is dark.
 */
export function trayPictures(icon: TrayIcon, platform: NodeJS.Platform, darkPanel: boolean): readonly TrayPicture[] {
  const variant =
    platform === 'darwin' ? 'template' : platform === 'win32' ? (darkPanel ? 'dark' : 'light') : ('any' as const)
  return sizes[variant].map(([scaleFactor, size]) => {
    const dataUrl = pictures[`../../build/tray/${icon}-${variant}-${size}.png`]
    if (dataUrl === undefined) throw new Error(`no picture of ${icon}-${variant}-${size}`)
    return { scaleFactor, dataUrl }
  })
}
