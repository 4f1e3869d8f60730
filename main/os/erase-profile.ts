/*
 * Erases everything the phone and its pages keep of a user. What is asked for is marked on the disk first, so that a kill
 * in the middle only delays it to the next start; and whatever was written on the way out goes then, too.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const mark = 'erase-everything'
/** The phone's own files, however a torn write left them. A folder named on the command line may hold other things too. */
const ours =
  /^(?:settings|history|blocked|contacts|recents|directory|directories|messages|voicemail|account|last-proofs|logs|gateway|reminders)(?:\b|$)/
/** What Chromium keeps for pages. */
const ofPages =
  /^(?:(?:Code |GPU|Dawn\w*|Shader|GrShader)?Cache|blob_storage|Cookies|Crashpad|DIPS|Dictionaries|IndexedDB|Local (?:State|Storage)|Network|Partitions|Preferences|Session Storage|Shared Dictionary|SharedStorage|TransportSecurity|Trust Tokens|WebStorage|VideoDecodeStats)/

/** From now on the folder is to be erased, whatever happens. Throws when that cannot be written down. */
export function markForErasure(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, mark), '', { flush: true })
}

/** Erases a folder that is marked; one that is not is left alone. `last`: nothing writes to it any more. Returns what could not be erased. */
export function eraseMarked(folder: string, last: boolean): readonly string[] {
  if (!existsSync(join(folder, mark))) return []
  const left: string[] = []
  for (const name of readdirSync(folder)) {
    if (!ours.test(name) && !ofPages.test(name)) continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 3 })
    } catch {
      left.push(name)
    }
  }
  if (last && left.length === 0) rmSync(join(folder, mark), { force: true })
  return left
}

/** How the phone is started anew: neither with accounts to take in once more, nor with somebody to call. `argv` without the program. */
export const argumentsAfterErasure = (argv: readonly string[]): string[] =>
  argv.filter((argument) => !/^(?:--provision=|sips?:|tel:|callto:)/i.test(argument))
