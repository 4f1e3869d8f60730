/*
 * Arrow keys in a list of rows (marked `data-row`): down and up move the focus, up from the first leaves the list.
 */

/** Returns whether the key was meant for the list. `1` enters it from above. */
export function moveRow(list: HTMLElement | undefined, key: string | 1, leave?: () => void): boolean {
  const rows = [...(list?.querySelectorAll<HTMLElement>('[data-row]:not(:disabled)') ?? [])]
  if (key === 1) {
    rows[0]?.focus()
    return true
  }
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return false
  const at = rows.findIndex((row) => row === row.ownerDocument.activeElement)
  if (at < 0) return false
  if (key === 'ArrowUp' && at === 0) leave?.()
  else rows[at + (key === 'ArrowDown' ? 1 : -1)]?.focus()
  return true
}
