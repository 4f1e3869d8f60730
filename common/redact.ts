/*
 * Takes out of a text what must never be read in a log: credentials, nonces, media keys, ICE passwords, DTMF digits and, on
 * wish, telephone numbers. Works on any text, so it can be run over a SIP message as well as over a line that quotes one.
 */

const rules: readonly (readonly [RegExp, string])[] = [
  [/^((?:Proxy-)?Authorization[ \t]*:)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim, '$1 ***'],
  // The same header quoted inside a line.
  [/\b((?:Proxy-)?Authorization["']?[ \t]{0,9}:)(?! \*\*\*)[^\r\n]*/gi, '$1 ***'],
  [
    /\b(nonce|cnonce|response|opaque|ha1|password|passwd|secret|nextnonce|rspauth|digits)(["']?\s{0,9}[=:]\s{0,9})("(?:[^"\\\r\n]|\\.)*"|[^\s,;"}]+)/gi,
    '$1$2***',
  ],
  [/^(a=crypto:\d+ \S+ )[^\r\n]*/gim, '$1***'],
  [/(a=crypto:\d+ \S+ )(?!\*\*\*)\S+/gi, '$1***'],
  [/(a=ice-pwd:)[^\s"\\]*/gi, '$1***'],
  [/(inline:)[A-Za-z0-9+/=|:]+/g, '$1***'],
  [/^(\s*Signal\s*=\s*)[^\r\n]*/gim, '$1***'],
  // Lengths are bounded: this runs on strangers' bytes. RFC 3986 section 3.2.1 and RFC 3261 section 19.1.1: user:password@.
  [/\b([a-z][a-z0-9+.-]{0,15}:\/\/)[^\s/@]{0,512}@/gi, '$1***@'],
  [/\b(sips?:[^\s:@;<>,"]{1,256}):[^\s@<>,"]{1,256}@/gi, '$1:***@'],
]

const dtmfBody = /^(?:Content-Type|c)[ \t]*:[ \t]*application\/(?:dtmf|vnd\.nortelnetworks\.digits)/im

/** `numbers`: also mask what looks like a telephone number, keeping the last two digits. */
export const redact = (text: string, options: { readonly numbers?: boolean } = {}): string => {
  let out = text
  if (dtmfBody.test(out)) {
    const end = out.indexOf('\r\n\r\n')
    if (end !== -1) out = `${out.slice(0, end + 4)}***`
  }
  for (const [pattern, replacement] of rules) out = out.replace(pattern, replacement)
  if (options.numbers) {
    out = out.replace(
      /\b((?:sips?|tel):)(\+?[\d().-]{3,})/gi,
      (_, scheme: string, number: string) => `${scheme}${masked(number)}`,
    )
    // Elsewhere only what begins like a number that is dialled: counters, ports and times stay readable.
    out = out.replace(/(?<![\w.:/-])(?:\+\d|0\d)[\d ()-]{4,30}\d(?![\w.-])/g, masked)
  }
  return out
}

const masked = (number: string): string => `${number.slice(0, -2).replace(/\d/g, 'x')}${number.slice(-2)}`
