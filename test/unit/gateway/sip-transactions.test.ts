import { describe, expect, test } from 'vitest'
import { ClientTransactions, type ClientRequest } from '../../../gateway/sip/client-transactions'
import { ServerTransactions } from '../../../gateway/sip/server-transactions'
import { ManualClock } from '../../fakes/manual-clock'

const asker = (limit?: number) => {
  const clock = new ManualClock()
  const sent: { at: number; wire: string }[] = []
  const unanswered: string[] = []
  const asked = new ClientTransactions<string>({
    clock,
    send: (_channel, wire) => sent.push({ at: clock.now(), wire }),
    onUnanswered: ({ method }) => unanswered.push(method),
    ...(limit === undefined ? {} : { limit }),
  })
  const begin = (method: string, more: Partial<ClientRequest<string>> = {}, pageBranch = 'page'): void =>
    asked.begin(
      { pageVia: 'via', branch: 'wire', method, channel: 'c', wire: method, reliable: false, ...more },
      pageBranch,
    )
  return { clock, sent, unanswered, asked, begin, times: () => sent.map(({ at }) => at) }
}

describe('what we ask over UDP', () => {
  test('an INVITE is repeated at doubled pauses until nobody answered for 32 s', () => {
    const { clock, begin, times, unanswered, asked } = asker()
    begin('INVITE')
    clock.advance(100_000)
    expect(times()).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500])
    expect(unanswered).toEqual(['INVITE'])
    expect(asked.size).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('anything else is repeated every 4 s at most', () => {
    const { clock, begin, times, unanswered } = asker()
    begin('REGISTER')
    clock.advance(100_000)
    expect(times()).toEqual([0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
    expect(unanswered).toEqual(['REGISTER'])
  })

  test('a provisional answer silences an INVITE for as long as it rings, and slows down all else', () => {
    const { clock, begin, times, asked, unanswered } = asker()
    begin('INVITE')
    expect(asked.receive('wire', 'INVITE', 100).act).toBe('pass')
    clock.advance(600_000)
    expect(times()).toEqual([0])
    expect(asked.receive('wire', 'INVITE', 200).act).toBe('pass')
    const other = asker()
    other.begin('BYE')
    other.clock.advance(100)
    other.asked.receive('wire', 'BYE', 100)
    other.clock.advance(10_000)
    expect(other.times()).toEqual([0, 500, 4_500, 8_500])
    expect(unanswered).toEqual([])
  })

  test('a final answer ends it, and its repetitions are not news', () => {
    const { clock, begin, times, asked } = asker()
    begin('OPTIONS')
    expect(asked.receive('wire', 'OPTIONS', 200)).toMatchObject({ act: 'pass', transaction: { pageVia: 'via' } })
    expect(asked.receive('wire', 'OPTIONS', 200).act).toBe('absorb')
    clock.advance(5_000)
    expect(asked.receive('wire', 'OPTIONS', 200).act).toBe('stray')
    expect(times()).toEqual([0])
  })

  test('each repetition of a refusal is acknowledged as the first was, and none is news', () => {
    const { begin, asked, sent } = asker()
    begin('INVITE')
    expect(asked.receive('wire', 'INVITE', 486).act).toBe('pass')
    asked.acknowledge('page', 'ACK')
    expect(asked.receive('wire', 'INVITE', 486).act).toBe('absorb')
    expect(asked.receive('wire', 'INVITE', 486).act).toBe('absorb')
    expect(sent.map(({ wire }) => wire)).toEqual(['INVITE', 'ACK', 'ACK', 'ACK'])
  })

  test('acceptances are all news, of forks and repeated, for 32 s; a late refusal is none', () => {
    const { clock, begin, asked } = asker()
    begin('INVITE')
    for (const wait of [0, 500, 1_000, 20_000]) {
      clock.advance(wait)
      expect(asked.receive('wire', 'INVITE', 200).act).toBe('pass')
    }
    expect(asked.receive('wire', 'INVITE', 486).act).toBe('absorb')
    clock.advance(32_000)
    expect(asked.receive('wire', 'INVITE', 200).act).toBe('stray')
  })

  test('a CANCEL is its own question on the branch of its INVITE', () => {
    const { begin, asked } = asker()
    begin('INVITE')
    expect(asked.inviteOf('page')?.branch).toBe('wire')
    begin('CANCEL')
    expect(asked.receive('wire', 'CANCEL', 200).act).toBe('pass')
    expect(asked.receive('wire', 'INVITE', 487).act).toBe('pass')
    expect(asked.receive('wire', 'BYE', 200).act).toBe('stray')
  })
})

test('over a stream nothing is repeated, and nothing answered is remembered', () => {
  const { clock, begin, times, asked, unanswered } = asker()
  begin('REGISTER', { reliable: true })
  clock.advance(10_000)
  asked.receive('wire', 'REGISTER', 200)
  clock.advance(0)
  expect(asked.size).toBe(0)
  begin('INVITE', { reliable: true })
  clock.advance(32_000)
  expect(times()).toEqual([0, 10_000])
  expect(unanswered).toEqual(['INVITE'])
})

test('of too many questions the oldest are forgotten, with their timers', () => {
  const { clock, begin, asked } = asker(10)
  for (let index = 0; index < 1_000; index++) begin('OPTIONS', { branch: `b${index}` }, `p${index}`)
  expect(asked.size).toBe(10)
  expect(clock.pending).toBe(20)
  asked.clear()
  expect(clock.pending).toBe(0)
})

const answerer = (limit?: number) => {
  const clock = new ManualClock()
  const sent: { at: number; wire: string }[] = []
  const answered = new ServerTransactions<string>({
    clock,
    send: (_origin, wire) => sent.push({ at: clock.now(), wire }),
    ...(limit === undefined ? {} : { limit }),
  })
  const receive = (method: string, key = 'k', reliable = false): boolean =>
    answered.receive(key, method, { channel: 'c', via: 'via', reliable }, () => 'trying')
  return { clock, sent, answered, receive, words: () => sent.map(({ wire }) => wire) }
}

describe('what we are asked over UDP', () => {
  test('a request that comes again is answered as before and seen once', () => {
    const { clock, answered, receive, words } = answerer()
    expect(receive('BYE')).toBe(true)
    expect(receive('BYE')).toBe(false)
    expect(words()).toEqual([])
    answered.respond('k', 'BYE', 200, '200')
    expect(receive('BYE')).toBe(false)
    expect(words()).toEqual(['200', '200'])
    clock.advance(32_000)
    expect(answered.size).toBe(0)
    expect(receive('BYE')).toBe(true)
  })

  test('an INVITE that is not answered at once is told that it came, unless it is answered meanwhile', () => {
    const { clock, answered, receive, sent, words } = answerer()
    receive('INVITE')
    clock.advance(1_000)
    expect(sent).toEqual([{ at: 150, wire: 'trying' }])
    answered.respond('k', 'INVITE', 180, '180')
    expect(receive('INVITE')).toBe(false)
    expect(words()).toEqual(['trying', '180', '180'])
    const quick = answerer()
    quick.receive('INVITE')
    quick.answered.respond('k', 'INVITE', 180, '180')
    quick.clock.advance(1_000)
    expect(quick.words()).toEqual(['180'])
  })

  test('a refusal is repeated until it is acknowledged, or for 32 s', () => {
    const { clock, answered, receive, sent, words } = answerer()
    receive('INVITE')
    answered.respond('k', 'INVITE', 486, '486')
    clock.advance(4_000)
    expect(sent.map(({ at }) => at)).toEqual([0, 500, 1_500, 3_500])
    expect(receive('ACK')).toBe(true)
    expect(receive('ACK')).toBe(false)
    clock.advance(60_000)
    expect(words().length).toBe(4)
    expect(clock.pending).toBe(0)
    const unheard = answerer()
    unheard.receive('INVITE')
    unheard.answered.respond('k', 'INVITE', 486, '486')
    unheard.clock.advance(600_000)
    expect(unheard.sent.at(-1)?.at).toBe(31_500)
    expect(unheard.clock.pending).toBe(0)
  })

  test('an acceptance is repeated by whoever waits for its ACK, not here', () => {
    const { clock, answered, receive, words } = answerer()
    receive('INVITE')
    answered.respond('k', 'INVITE', 200, '200')
    expect(receive('INVITE')).toBe(false)
    clock.advance(5_000)
    answered.respond('k', 'INVITE', 200, '200')
    expect(words()).toEqual(['200', '200'])
    expect(receive('ACK')).toBe(true)
    expect(receive('ACK', 'another')).toBe(true)
  })

  test('a flood is remembered no further than there is room', () => {
    const { clock, answered, receive } = answerer(100)
    for (let index = 0; index < 10_000; index++) receive('INVITE', `k${index}`)
    expect(answered.size).toBe(100)
    expect(clock.pending).toBe(200)
  })
})

test('over a stream a refusal is said once and nobody is told to wait', () => {
  const { clock, answered, receive, words } = answerer()
  receive('INVITE', 'k', true)
  clock.advance(1_000)
  answered.respond('k', 'INVITE', 486, '486')
  clock.advance(60_000)
  expect(words()).toEqual(['486'])
})
