/*
 * Shows a long step while it runs: a line with the seconds ticking on a terminal, two plain lines in a log.
 * A failed step is thrown as one `StepError`, whose message is all a person needs to see.
 */

/** Something a person has to know or do; printed without a stack. */
export class StepError extends Error {
  name = 'StepError'
}

/**
 * @template T
 * @param {string} title what is being done, in the -ing form
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const begun = Date.now()
  const seconds = () => `${((Date.now() - begun) / 1000).toFixed(1)} s`
  const live = Boolean(process.stderr.isTTY) && !process.env.CI
  const tell = (text, end) => process.stderr.write(live ? `\r\x1b[2K${text}${end}` : `${text}\n`)

  tell(`${title} …`, '')
  const ticking = live && setInterval(() => tell(`${title} … ${seconds()}`, ''), 200)
  try {
    const result = await work()
    tell(`${title}: done in ${seconds()}`, '\n')
    return result
  } catch (error) {
    tell(`${title}: failed after ${seconds()}`, '\n')
    throw error
  } finally {
    clearInterval(ticking)
  }
}

/** One line for the person who waits. On stderr, so that a program's own output stays clean. */
export function say(text) {
  process.stderr.write(`${text}\n`)
}

/** A sentence for what was foreseen, a stack for what was not. */
export function wordsFor(error) {
  return error instanceof StepError ? error.message : String(error?.stack ?? error)
}

/** Ends the script as failed, saying why. */
export function fail(error) {
  say(`\n${wordsFor(error)}`)
  process.exit(1)
}
