/* What is guessed from an address, and what a server field may hold. */
import { describe, expect, it } from 'vitest'
import { completeServer, explainServer, guessAccount } from '../../../renderer/ui/account-guess'
import { byDay, people } from '../../../renderer/ui/recents'
import { history, moment } from '../../../renderer/ui/gallery/people'

describe('an address', () => {
  it.each(['100@pbx.example', 'sip:100@pbx.example', ' sips:100@pbx.example ', '100@pbx.example:5060'])(
    '%s gives the rest',
    (typed) => {
      expect(guessAccount(typed)).toEqual({
        uri: 'sip:100@pbx.example',
        username: '100',
        server: 'sip:pbx.example',
        name: '100@pbx.example',
      })
    },
  )
  it.each([
    ['100@pbx.example:5080', 'sip:pbx.example:5080'],
    ['100@pbx.example:8089', 'wss://pbx.example:8089/ws'],
    ['sip:100@[2001:db8::1]:5070', 'sip:[2001:db8::1]:5070'],
    ['sip:100@pbx.example;transport=TLS', 'tls:pbx.example'],
    ['sip:100@pbx.example:5070;lr;transport=tcp', 'tcp:pbx.example:5070'],
    ['100@pbx.example:99999', 'sip:pbx.example'],
  ])('%s says where the server is', (typed, server) => {
    expect(guessAccount(typed)).toMatchObject({ username: '100', server })
  })
  it.each(['', 'anna', '@pbx', 'anna@', 'a b@pbx.example', 'anna:pw@pbx.example', '<sip:a@b>'])(
    '%j is none yet',
    (typed) => {
      expect(guessAccount(typed).uri).toBeNull()
    },
  )
})

describe('a server', () => {
  it.each([
    ['pbx.example', 'sip:pbx.example'],
    ['pbx.example:5061', 'sip:pbx.example:5061'],
    ['tls:pbx.example', 'tls:pbx.example'],
    ['UDP:pbx.example:5080', 'udp:pbx.example:5080'],
    ['sips:pbx.example', 'sips:pbx.example'],
    ['tcp:', null],
    ['pbx.example:7443', 'wss://pbx.example:7443/ws'],
    ['pbx.example/sip', 'wss://pbx.example:8089/sip'],
    ['[::1]:8089', 'wss://[::1]:8089/ws'],
    ['ws://127.0.0.1:8088/ws', 'ws://127.0.0.1:8088/ws'],
    ['wss://pbx.example', 'wss://pbx.example'],
    ['https://pbx.example', null],
    ['udp:pbx.example', 'udp:pbx.example'],
    ['pbx.example;transport=udp', 'udp:pbx.example'],
    ['sip:pbx.example:5070;transport=tls', 'tls:pbx.example:5070'],
    ['udp:pbx.example;lr', 'udp:pbx.example'],
    ['wss://pbx.example/ws;transport=wss', 'wss://pbx.example/ws'],
    ['pbx.example:99999', null],
    ['', null],
  ])('%s becomes %s', (typed, url) => {
    expect(completeServer(typed)).toBe(url)
  })
})

describe('what a server means', () => {
  it.each([
    ['sip:pbx.example', 'finds the best way'],
    ['tls:pbx.example', 'Encrypted'],
    ['udp:pbx.example', 'Others on the way can see'],
    ['ws://pbx.example', 'not encrypted'],
  ])('%s is explained', (server, words) => {
    expect(explainServer(server)).toContain(words)
  })
  it('is not guessed of what is no server', () => {
    expect(explainServer(null)).toBeNull()
  })
})

describe('past calls', () => {
  it('show each person once, the newest call first, and nobody who cannot be called', () => {
    const twice = [...history, ...history.map((entry) => ({ ...entry, id: `${entry.id}-old` }))]
    expect(people(twice)).toEqual(people(history))
    expect(people(history).some(({ handle }) => handle.value === '')).toBe(false)
  })
  it('stand under their days', () => {
    expect(
      byDay(history, moment)
        .slice(0, 2)
        .map(({ day }) => day),
    ).toEqual(['Today', 'Yesterday'])
  })
})
