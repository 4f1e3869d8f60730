/*
 * Where the bar of the calls goes. Pure, in the screens' own pixels.
 */
import { barSize } from '../../common/contract/bar'

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const margin = 12

/** `place`: where the user last put it, null for nowhere; `areas`: every screen's work area, the one in use first. */
export function callBarBounds(place: { readonly x: number; readonly y: number } | null, areas: readonly Area[]): Area {
  const [first = { x: 0, y: 0, ...barSize }] = areas
  const home = place && areas.find((area) => isWithin(place, area))
  if (place && home) return fit(place, home)
  return fit({ x: first.x + Math.round((first.width - barSize.width) / 2), y: first.y + margin }, first)
}

/** Its middle is on this screen: a screen that is gone holds it no more. */
function isWithin(place: { readonly x: number; readonly y: number }, area: Area): boolean {
  const x = place.x + barSize.width / 2
  const y = place.y + barSize.height / 2
  return x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height
}

function fit(place: { readonly x: number; readonly y: number }, area: Area): Area {
  const within = (at: number, from: number, room: number): number => Math.max(from, Math.min(at, from + room))
  return {
    x: within(place.x, area.x, area.width - barSize.width),
    y: within(place.y, area.y, area.height - barSize.height),
    ...barSize,
  }
}
