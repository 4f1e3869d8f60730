/*
 * The end of the log for somebody who helps: its lines as they are, redacted once more; times and levels stay. Pure.
 */

/** Lines that are shown, the last. */
const shown = 600
const beginning = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [a-z]+ )(.*)$/s

export function describeLog(log: string, clean: (text: string) => string): string {
  const lines = log.trimEnd().split(/\r?\n/)
  return (
    lines
      .slice(-shown)
      .map((line) => {
        const [, time = '', rest = line] = beginning.exec(line) ?? []
        return `${time}${clean(rest)}`
      })
      .join('\n') || 'empty'
  )
}
