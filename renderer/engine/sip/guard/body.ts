/*
 * The body of a message: as long as Content-Length says in bytes, and, where an offer or answer may be in it, plain SDP and named as
 * such. A request with another body is refused; a response or an ACK must not be lost for it and goes on without.
 */
import { numberIn, Refusal, rewrite } from './refusal'
import { repairContentType } from './repair'
import {
  findHeader,
  headerValue,
  parameter,
  removeHeader,
  setHeader,
  type WireMessage,
} from '../../../../common/wire-message'

/** Content-Length counts bytes (RFC 3261 section 18.3); sip.js counts UTF-16 units. */
const boundBody = (message: WireMessage, lenient: boolean): void => {
  const header = findHeader(message, 'content-length')
  const ascii = /^[\0-\x7f]*$/.test(message.body)
  if (!ascii && /[\ud800-\udfff]/u.test(message.body)) throw new Refusal(400, 'bad body')
  if (!header) return
  const wanted = numberIn(header.value, 99_999_999)
  if (wanted === null) throw new Refusal(400, 'bad content-length')
  const bytes = ascii ? null : new TextEncoder().encode(message.body)
  const length = bytes ? bytes.length : message.body.length
  if (wanted > length) {
    if (!lenient) throw new Refusal(400, 'body shorter than content-length')
    // A frame is a whole message, nothing can be missing: the count is wrong.
    header.value = String(length)
    message.changed = true
    return
  }
  if (wanted === length) return
  if (!bytes) message.body = message.body.slice(0, wanted)
  else {
    try {
      message.body = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, wanted))
    } catch {
      throw new Refusal(400, 'content-length cuts a character')
    }
  }
  message.changed = true
}

const replaceBody = (message: WireMessage, body: string): void => {
  message.body = body
  if (body === '') removeHeader(message, 'content-type')
  else setHeader(message, 'Content-Type', 'application/sdp')
  removeHeader(message, 'content-encoding')
  removeHeader(message, 'content-disposition')
  setHeader(message, 'Content-Length', String(new TextEncoder().encode(body).length))
}

/** The SDP among several parts (RFC 5621; ISUP gateways send it so), or null. */
const sdpPart = (body: string, type: string): string | null => {
  const boundary = parameter(type, 'boundary')
  if (!boundary || boundary.length > 70) return null
  for (const part of body.split(`--${boundary}`).slice(1, 17)) {
    const [head, blank = ''] = /^[^]{0,1024}?(\r?\n\r?\n)/.exec(part) ?? ['']
    if (blank !== '' && /^content-type[ \t]*:[ \t]*application\/sdp\b/im.test(head)) return part.slice(head.length)
  }
  return null
}

/**
 * sip.js takes a body for the session's only where it is called `application/sdp`, to the letter, or `session`, in small letters. RFC 3959's
 * early session is not the call's.
 */
const nameDescription = (message: WireMessage): void => {
  if (headerValue(message, 'content-type') !== 'application/sdp') setHeader(message, 'Content-Type', 'application/sdp')
  const disposition = headerValue(message, 'content-disposition')
  if (disposition !== undefined && !/^early-session\b/i.test(disposition)) removeHeader(message, 'content-disposition')
}

const accept = ['Accept: application/sdp']
const offerMethods = new Set(['INVITE', 'ACK', 'PRACK', 'UPDATE'])

/** `lenient`: a response or an ACK. */
export const checkBody = (message: WireMessage, method: string, lenient: boolean): void => {
  boundBody(message, lenient)
  const type = headerValue(message, 'content-type')
  if (message.body === '' && type === undefined) return
  if (type !== undefined && !(lenient && repairContentType(type) === null))
    rewrite(message, 'content-type', repairContentType, false)
  if (message.body === '' || !offerMethods.has(method)) return
  const encoding = headerValue(message, 'content-encoding')
  const plain = encoding === undefined || encoding.toLowerCase() === 'identity'
  if (plain && type === undefined && /^v=0[\r\n]/.test(message.body)) return nameDescription(message)
  if (plain && type !== undefined && /^application\/sdp(?:[;\s]|$)/i.test(type)) return nameDescription(message)
  const part = plain && type !== undefined && /^multipart\//i.test(type) ? sdpPart(message.body, type) : null
  if (part !== null || lenient) return replaceBody(message, part ?? '')
  if (!plain) throw new Refusal(415, 'content-encoding', [...accept, 'Accept-Encoding: identity'])
  if (type === undefined) throw new Refusal(400, 'body without content-type')
  throw new Refusal(415, 'content-type', accept)
}
