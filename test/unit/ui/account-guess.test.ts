/* What is guessed from an address, and what a server field may hold. */
import { describe, expect, it } from 'vitest'
import { completeServer, guessAccount } from '../../../renderer/ui/account-guess'
import { byDay, matches, people } from '../../../renderer/ui/recents'
import { history, moment } from '../../../renderer/ui/gallery/people'

describe('an address', () => {
  it.each(['100@pbx.example', 'sip:100@pbx.example', ' sips:100@pbx.example ', '100@pbx.example:5060'])(
    '%s gives the rest',
    (typed) => {
      expect(guessAccount(typed)).toEqual({
        uri: 'sip:100@pbx.example',
        username: '100',
        server: 'wss://pbx.example:8089/ws',
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
    ['pbx.example', 'wss://pbx.example:8089/ws'],
    ['pbx.example:7443', 'wss://pbx.example:7443/ws'],
    ['pbx.example/sip', 'wss://pbx.example:8089/sip'],
    ['[::1]:8089', 'wss://[::1]:8089/ws'],
    ['ws://127.0.0.1:8088/ws', 'ws://127.0.0.1:8088/ws'],
    ['wss://pbx.example', 'wss://pbx.example'],
    ['https://pbx.example', null],
    ['udp:pbx.example', null],
    ['', null],
  ])('%s becomes %s', (typed, url) => {
    expect(completeServer(typed)).toBe(url)
  })
})

describe('past calls', () => {
  it('show each person once, the newest call first, and nobody who cannot be called', () => {
    const twice = [...history, ...history.map((entry) => ({ ...entry, id: `${entry.id}-old` }))]
    expect(people(twice)).toEqual(people(history))
    expect(people(history).some(({ handle }) => handle.value === '')).toBe(false)
  })
  it('are found by name and by number, however it is typed', () => {
    const found = (typed: string) => history.filter((entry) => matches(entry, typed)).map(({ name }) => name)
    expect(found('anna')).toEqual(['Anna Lindqvist'])
    expect(found('+49 (30) 90')).toEqual(['Anna Lindqvist'])
    expect(found('zzz')).toEqual([])
    expect(found(' ')).toHaveLength(history.length)
  })
  it('stand under their days', () => {
    expect(
      byDay(history, moment)
        .slice(0, 2)
        .map(({ day }) => day),
    ).toEqual(['Today', 'Yesterday'])
  })
})
