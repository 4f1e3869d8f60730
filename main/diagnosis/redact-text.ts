/*
 * A text that nobody wrote for strangers (a line of the log, a failure's detail) without addresses, hosts, numbers and folders: what looks
 * like one is replaced, and so is whatever has a pseudonym already.
 */
import { isIP } from 'node:net'
import { redact } from '../../common/redact'
import { isPseudonym, type Pseudonyms } from './pseudonyms'
import { redactUri } from './redact-uri'

/** What looks like a host's name and is a file's. */
const fileEnding =
  /\.(?:[cm]?[jt]s|json|jsonl|html|css|log|svelte|asar|node|wav|txt|xml|sock|pem|vcf|csv|tmp|exe|so|dll)$/i

/** `home`: the user's folder. */
export function redactText(text: string, names: Pseudonyms, home: string): string {
  let out = redact(text)
  if (home.length > 1) out = out.replaceAll(home, '~')
  // What is known is known under one name, whatever it looks like.
  out = names.scrub(out)
  out = out
    // Addresses of SIP, with whatever is written about them.
    .replace(/\b(?:sips?|tel):[^\s<>"',)\]]*[^\s<>"',)\].:;]/gi, (uri) => redactUri(uri, names))
    .replace(
      /\b(wss?|https?|ldaps?|udp|tcp|tls|sip):(\/\/)?(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?(\/[^\s"',;)]*)?/gi,
      (whole: string, scheme: string, slashes = '', host: string, port = '', path = '') =>
        isPseudonym(host) ? whole : `${scheme}:${slashes}${names.host(host)}${port}${path === '' ? '' : pathOf(path)}`,
    )
    .replace(/\b([\w.+-]{1,64})@([\w-]+(?:\.[\w-]+)*)\b/g, (whole, user: string, host: string) =>
      isPseudonym(host) ? whole : `${names.user(user)}@${names.host(host)}`,
    )
    .replace(/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)/g, (address) =>
      isIP(address) ? names.host(address) : address,
    )
    .replace(/(?<![\w:.])\[?(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}\]?(?![\w:.])/gi, (address) => {
      const bare = address.replace(/[[\]]/g, '')
      return isIP(bare) === 6 ? names.host(bare) : address
    })
    .replace(
      /(?<![\w/@~.-])((?:_[a-z-]+\.)*)((?:[a-z\d-]+\.)+[a-z]{2,})\b(?![(/])/g,
      (whole, service: string, host: string) => (fileEnding.test(host) ? whole : `${service}${names.host(host)}`),
    )
  // Before numbers, which may be what somebody is called.
  out = names.scrub(out)
  // Numbers as they are dialled; times, counters, ports and parts of names of things are shorter or stand otherwise.
  return out.replace(/(?<![\w.:/@-])(?:\+\d|\d)[\d ()/-]{3,30}\d(?![\w@-]|[.:]\d)/g, (number) => {
    const digits = number.replace(/\D/g, '')
    if (/^\d{4}-\d\d-\d\d$/.test(number)) return number
    return digits.length >= 6 || number.startsWith('+')
      ? names.number(number.startsWith('+') ? `+${digits}` : digits)
      : number
  })
}

/** Where a WebSocket is; anything longer says too much. */
const pathOf = (path: string): string => (/^\/[a-z]{0,12}\/?$/i.test(path) ? path : '/***')
