/*
 * Takes out of a SIP message what must never be read in a log: credentials, nonces, media keys, ICE passwords, DTMF digits
 * and, on wish, telephone numbers. Works on text, so it can also be run over a line that merely quotes a message.
 */

const rules: readonly (readonly [RegExp, string])[] = [
  [/^((?:Proxy-)?Authorization[ \t]*:)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim, '$1 ***'],
  [/\b(nonce|cnonce|response|opaque|ha1|password|nextnonce|rspauth)(\s*[=:]\s*)("[^"\r\n]*"|[^\s,;"]+)/gi, '$1$2***'],
  [/^(a=crypto:\d+ \S+ )[^\r\n]*/gim, '$1***'],
  [/^(a=ice-pwd:)[^\r\n]*/gim, '$1***'],
  [/(inline:)[A-Za-z0-9+/=|:]+/g, '$1***'],
  [/^(\s*Signal\s*=\s*)[^\r\n]*/gim, '$1***'],
]

const dtmfBody = /^(?:Content-Type|c)[ \t]*:[ \t]*application\/(?:dtmf|vnd\.nortelnetworks\.digits)/im

/** `numbers`: also mask user parts that look like telephone numbers, keeping the last two digits. */
export const redact = (text: string, options: { readonly numbers?: boolean } = {}): string => {
  let out = text
  if (dtmfBody.test(out)) {
    const end = out.indexOf('\r\n\r\n')
    if (end !== -1) out = `${out.slice(0, end + 4)}***`
  }
  for (const [pattern, replacement] of rules) out = out.replace(pattern, replacement)
  if (options.numbers) {
    out = out.replace(/\b((?:sips?|tel):)(\+?[\d().-]{3,})/gi, (_, scheme: string, number: string) => {
      return `${scheme}${number.slice(0, -2).replace(/\d/g, 'x')}${number.slice(-2)}`
    })
  }
  return out
}
