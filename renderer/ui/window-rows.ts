/*
 * Which rows of a long list can be seen, with a few more so that scrolling finds them drawn. Pixels in, rows out. Pure.
 */

export interface View {
  /** Pixels above the view. */
  readonly top: number
  readonly height: number
}

const spare = 6

/** First and last row to draw, both included; last is -1 for an empty list. */
export function windowRows(
  view: View,
  rowHeight: number,
  count: number,
): { readonly first: number; readonly last: number } {
  const first = Math.max(0, Math.floor(view.top / rowHeight) - spare)
  const last = Math.min(count - 1, Math.ceil((view.top + view.height) / rowHeight) + spare)
  return { first: Math.min(first, Math.max(0, last)), last }
}
