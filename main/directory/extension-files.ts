/*
 * Providers of the user's own: modules in a folder of the profile that nobody but the user puts them in. It runs none.
 */
import { readdirSync } from 'node:fs'

/** Their file names; none where there is no such folder. */
export function extensionFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^\w[\w.-]{0,120}\.mjs$/.test(name))
  } catch {
    return []
  }
}
