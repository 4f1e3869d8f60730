/*
 * Keeps the computer from falling asleep by itself; the screen may go dark.
 */
import { powerSaveBlocker } from 'electron'

export function keepAwake(): (awake: boolean) => void {
  let blocker: number | null = null
  return (awake) => {
    if (awake === (blocker !== null)) return
    if (blocker !== null) powerSaveBlocker.stop(blocker)
    blocker = awake ? powerSaveBlocker.start('prevent-app-suspension') : null
  }
}
