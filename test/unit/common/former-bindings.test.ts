/* What a REGISTER takes back of connections that are gone. */
import { beforeEach, describe, expect, it } from 'vitest'
import { FormerBindings } from '../../../common/former-bindings'
import { parseWire, type WireMessage } from '../../../common/wire-message'

const message = (start: string, contacts: readonly string[]): WireMessage => {
  const parsed = parseWire(
    [start, ...contacts.map((contact) => `Contact: ${contact}`), 'Content-Length: 0', '', ''].join('\r\n'),
  )
  if (!parsed.ok) throw new Error(parsed.why)
  return parsed.message
}

let bindings: FormerBindings
beforeEach(() => {
  bindings = new FormerBindings()
})

/** What is said in Contact, and then listed. */
const register = (own: string, status = 200, listed: readonly string[] = [own]): string[] => {
  const out = message('REGISTER sip:example.com SIP/2.0', [`<${own}>;reg-id=1;expires=600`])
  bindings.takeBack(out)
  const lines = listed.map((uri) => `<${uri}>;expires=600`)
  bindings.answered(status, message(`SIP/2.0 ${status} Whatever`, lines))
  return out.headers.filter(({ name }) => name === 'contact').map(({ value }) => value)
}

describe('a REGISTER', () => {
  it('on a new connection takes back what the one before put there, once', () => {
    expect(register('sip:me@10.0.0.1:5060')).toHaveLength(1)
    bindings.moved()
    expect(register('sip:me@10.0.0.2:5060')).toEqual([
      '<sip:me@10.0.0.2:5060>;reg-id=1;expires=600',
      '<sip:me@10.0.0.1:5060>;expires=0',
    ])
    expect(register('sip:me@10.0.0.2:5060')).toHaveLength(1)
  })

  it('knows its own by what the registrar made of it, and leaves others alone', () => {
    const listed = ['sip:me@198.51.100.7:4711;transport=ws', 'sip:other@198.51.100.7:4712;transport=ws']
    register('sip:me@host.invalid;transport=ws', 200, listed)
    bindings.moved()
    expect(register('sip:me@host.invalid;transport=ws')[1]).toBe('<sip:me@198.51.100.7:4711;transport=ws>;expires=0')
  })

  it('knows it by where the registrar saw it come from', () => {
    const own = 'sip:me@host.invalid;transport=ws'
    bindings.takeBack(message('REGISTER sip:example.com SIP/2.0', [`<${own}>;expires=600`]))
    const answer = message('SIP/2.0 200 OK', [`<${own}>;expires=600`])
    answer.headers.push({ name: 'via', label: 'Via', value: 'SIP/2.0/WS h.invalid;rport=4711;received=10.0.0.1' })
    bindings.answered(200, answer)
    bindings.moved()
    expect(register(own).slice(1)).toEqual(['<sip:me@10.0.0.1:4711;transport=ws>;expires=0'])
  })

  it('says nothing of what it registers itself, by whatever name of the address', () => {
    register('sip:me@10.0.0.1:5060;transport=udp')
    bindings.moved()
    expect(register('sip:me@10.0.0.1:5060')).toHaveLength(1)
  })

  it('takes it back with the credentials too, and after a refusal that is about something else', () => {
    register('sip:me@10.0.0.1:5060')
    bindings.moved()
    for (const status of [401, 403, 503, 423]) expect(register('sip:me@10.0.0.2:5060', status)).toHaveLength(2)
    expect(register('sip:me@10.0.0.2:5060')).toHaveLength(2)
  })

  it('names one Contact again where the registrar takes no second', () => {
    register('sip:me@10.0.0.1:5060')
    bindings.moved()
    expect(register('sip:me@10.0.0.2:5060', 400, [])).toHaveLength(2)
    expect(register('sip:me@10.0.0.2:5060')).toHaveLength(1)
  })

  it('that ends the registration, or never gets through, takes back no more than four', () => {
    for (let at = 1; at < 9; at++) {
      register(`sip:me@10.0.0.${at}:5060`, 503)
      bindings.moved()
    }
    expect(register('sip:me@10.0.0.9:5060')).toHaveLength(5)
    const last = message('REGISTER sip:example.com SIP/2.0', ['<sip:me@10.0.0.9:5060>;expires=0'])
    bindings.takeBack(last)
    expect(last.headers.filter(({ name }) => name === 'contact')).toHaveLength(1)
  })
})
