/*
 * Where the alert window goes on a screen. Pure, in the screen's own pixels.
 */
import { alertSize } from '../../common/contract/alert'

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const margin = 12

/** The place of `cards` cards in this work area: bottom right on Windows, where its toasts are, else top right. */
export function alertBounds(area: Area, cards: number, platform: NodeJS.Platform): Area {
  const width = Math.min(alertSize.width, area.width)
  const height = Math.min(alertSize.card * Math.min(cards, alertSize.maxCards), area.height)
  const marginX = Math.min(margin, area.width - width)
  const marginY = Math.min(margin, area.height - height)
  return {
    x: area.x + area.width - width - marginX,
    y: platform === 'win32' ? area.y + area.height - height - marginY : area.y + marginY,
    width,
    height,
  }
}
