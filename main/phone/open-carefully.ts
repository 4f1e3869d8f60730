/*
 * Opens the databases of the profile with care: the process that loads directories walks through one that is in doubt, and the user is
 * told of one that was damaged.
 */
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import type { Notice } from '../../common/phone-state'
import { askLoader, type StartLoader } from '../directory/loader-process'
import { openWithCare } from '../settings/database-care'

/** `kind`: what the user is told when it cannot be read. Rejects where there can be no database at all. */
export type OpenCarefully = <T>(folder: string, kind: Notice['kind'], open: () => Promise<T>) => Promise<T>

/** For one walk, ms. */
const walkMs = 60_000

export const openCarefully =
  (options: { clock: Clock; log: Log; startLoader: StartLoader; notify: (notice: Notice) => void }): OpenCarefully =>
  (folder, kind, open) => {
    const { clock, log, startLoader: start, notify } = options
    return openWithCare({
      folder,
      clock,
      log,
      open,
      walk: async (doubted) => {
        const begun = clock.now()
        const walk = () => askLoader({ type: 'walk', folder: doubted }, { start, clock, timeoutMs: walkMs })
        // Once more: whatever ended the process may have been something else.
        const reply = (await walk()) ?? (await walk())
        // One that took too long says nothing against it.
        return reply?.type === 'walked' ? reply.whole : clock.now() - begun >= walkMs
      },
      onSetAside: (detail) => notify({ id: kind, kind, detail }),
    })
  }
