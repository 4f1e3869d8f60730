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
