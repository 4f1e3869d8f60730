import { describe, expect, it } from 'vitest'
import { trayIcons } from '../../../main/observers/tray-menu'
import { trayPictures } from '../../../main/os/tray-icons'

describe('the tray pictures', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('are there for every state on %s, and differ', (platform) => {
    for (const dark of [true, false]) {
      const pictures = trayIcons.map((icon) => trayPictures(icon, platform, dark))
      for (const sizes of pictures) {
        expect(sizes[0]?.scaleFactor).toBe(1)
        for (const { dataUrl } of sizes) expect(dataUrl).toMatch(/^data:image\/png;base64,/)
      }
      expect(new Set(pictures.map((sizes) => sizes[0]?.dataUrl)).size).toBe(trayIcons.length)
    }
  })
})
