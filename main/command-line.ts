/*
 * What the command line asks of the phone. Chromium's own switches pass by unread; Electron lower-cases what it parses and
 * reorders a second instance's arguments, so the arguments are read here, as they came.
 */

export interface CommandLine {
  /** Start in the tray, without the window. */
  readonly hidden: boolean
  /** Say whether the native libraries work here, and end. */
  readonly selfTest: boolean
  /** A file of accounts to import; null when none was given, or a link came with it: a web page may have written both. */
  readonly provision: string | null
  /** The folder of the whole profile; null for the default. */
  readonly userData: string | null
  /** A number or address from a `tel:`, `sip:`, `sips:` or `callto:` link: to be shown, never dialled by itself. */
  readonly link: string | null
}

const longestLink = 512

/** `argv` without the program's own name and, in development, without the folder. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const value = (name: string): string | null => {
    const prefix = `--${name}=`
    const given = argv.findLast((argument) => argument.startsWith(prefix))
    return given === undefined || given.length === prefix.length ? null : given.slice(prefix.length)
  }
  return {
    hidden: argv.includes('--hidden'),
    selfTest: argv.includes('--self-test') && !argv.some(isLink),
    provision: argv.some(isLink) ? null : value('provision'),
    userData: value('user-data-dir'),
    link: linkIn(argv),
  }
}

const isLink = (argument: string): boolean => /^(sip|sips|tel|callto):/i.test(argument)

/**
 * The one link among the arguments, without its headers and parameters; null when there is none, or more than one. Digits to
 * send after the call is up (`,` and `;`, as dialled by hand) are part of the number: they are seen before anything is dialled.
 */
function linkIn(argv: readonly string[]): string | null {
  const links = argv.filter(isLink)
  const [link] = links
  if (link === undefined || links.length > 1 || link.length > longestLink) return null
  const [, scheme, rest] = /^([a-z]+):(?:\/\/)?([^?;]*(?:;[0-9a-d*#,;]+(?=$|\?))?)/i.exec(link) ?? []
  if (!scheme || !rest) return null
  try {
    const target = decodeURIComponent(rest).trim()
    // eslint-disable-next-line no-control-regex
    return target === '' || /[\u0000-\u001f\u007f]/.test(target) ? null : target
  } catch {
    return null
  }
}
