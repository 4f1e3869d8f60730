/*
 * An account that is registered with several servers at once: which they are, and how it is shown that one is missing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { usualConnection, type Registration } from '../../../common/account'
import { flowsOf, type Flow } from '../../../common/account-flows'
import { silentLog } from '../../../common/log'
import { statusAccount } from '../../../main/control/status'
import { FlowReasons } from '../../../main/reach/flow-reasons'
import { Reachability } from '../../../main/reach/reachability'
import { sayServers } from '../../../renderer/ui/connection'
import { account } from '../../../renderer/ui/gallery/people'
import { ManualClock } from '../../fakes/manual-clock'

const registered: Registration = { state: 'registered', since: 1_000, expiresAt: 601_000 }
const failed: Extract<Registration, { state: 'failed' }> = {
  state: 'failed',
  reason: 'timeout',
  sipStatus: null,
  retryAt: 90_000,
  certificate: null,
}
const flows: readonly Flow[] = [
  { server: 'udp:one.example', registration: registered, provenAt: 5_000 },
  { server: 'wss://two.example:8089/ws', registration: failed, provenAt: null },
]

describe('the servers of an account', () => {
  const of = (registration: 'one' | 'all', ...backups: string[]): (readonly string[])[] =>
    flowsOf({ server: 'udp:one.example', connection: { ...usualConnection, registration, backups } }).map(
      ({ server, connection }) => [server, ...connection.backups],
    )

  it('are all of one registration, or each has its own, the last what is left', () => {
    expect(of('one', 'udp:b', 'udp:c')).toEqual([['udp:one.example', 'udp:b', 'udp:c']])
    expect(of('all')).toEqual([['udp:one.example']])
    expect(of('all', 'udp:b')).toEqual([['udp:one.example'], ['udp:b']])
    expect(of('all', 'udp:b', 'udp:c', 'udp:d', 'udp:e')).toEqual([
      ['udp:one.example'],
      ['udp:b'],
      ['udp:c', 'udp:d', 'udp:e'],
    ])
  })

  it('are counted once each', () => {
    expect(of('all', 'udp:b', 'udp:one.example', 'udp:b')).toEqual([['udp:one.example'], ['udp:b']])
  })
})

describe('what is shown of them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reach-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is kept while somebody registers the account', () => {
    const reachability = new Reachability({
      clock: new ManualClock(),
      log: silentLog,
      path: join(folder, 'proofs.json'),
      newId: () => 'id',
      send: () => {},
      onReach: () => {},
      onAway: () => {},
      explain: (_id, _server, said) => Promise.resolve(said),
    })
    const now = (registration: Registration): readonly Flow[] => {
      reachability.registrations([account().account], new Map([['work', registration]]))
      return reachability.flowsOf('work')
    }
    reachability.engineReported({ type: 'flows', accountId: 'work', flows: [...flows] })
    expect(now(registered)).toEqual(flows)
    expect(now(failed)).toEqual(flows)
    expect(now({ state: 'unregistered' })).toEqual([])
    reachability.engineReported({ type: 'flows', accountId: 'work', flows: [...flows] })
    expect(now({ ...failed, reason: 'engine-lost' })).toEqual([])
  })

  it('says why in the words of the network layer, which is asked once for each failure', async () => {
    const asked: string[] = []
    let better = 0
    const reasons = new FlowReasons({
      explain: (_id, server, said) => {
        asked.push(server)
        return Promise.resolve(said.state === 'failed' ? { ...said, reason: 'certificate' } : said)
      },
      onBetter: () => better++,
    })
    const reason = (provenAt: number, registration: Registration = failed): unknown =>
      reasons
        .explained('work', [
          { ...flows[0]!, provenAt },
          { ...flows[1]!, registration },
        ])
        .map((flow) => (flow.registration.state === 'failed' ? flow.registration.reason : flow.registration.state))
    expect(reason(1)).toEqual(['registered', 'timeout'])
    await Promise.resolve()
    expect(better).toBe(1)
    for (let proof = 2; proof < 20; proof++) expect(reason(proof)).toEqual(['registered', 'certificate'])
    expect(asked).toEqual(['wss://two.example:8089/ws'])
    expect(reason(20, { ...failed, retryAt: 180_000 })).toEqual(['registered', 'certificate'])
    expect(reason(21, { state: 'registering' })).toEqual(['registered', 'registering'])
    expect(reason(22)).toEqual(['registered', 'certificate'])
    expect(asked).toHaveLength(1)
    // Another failure, another reason.
    expect(reason(23, { ...failed, reason: 'unreachable' })).toEqual(['registered', 'unreachable'])
    expect(asked).toHaveLength(2)
  })

  it('is a number in the window, and what keeps the account from the others', () => {
    expect(sayServers(account({}, registered))).toBeNull()
    expect(sayServers({ ...account({}, registered), flows })).toEqual({
      words: '1 of 2 servers',
      missing: ['two.example: The server did not answer the sign-in.'],
    })
    expect(sayServers({ ...account({}, failed), flows })).toBeNull()
  })

  it('is a list at the control door', () => {
    expect(statusAccount(account({}, registered), 6_000)).not.toHaveProperty('servers')
    expect(statusAccount({ ...account({}, registered), flows }, 6_000).servers).toEqual([
      {
        server: 'udp:one.example',
        state: 'registered',
        reason: null,
        retryAt: null,
        provenAt: new Date(5_000).toISOString(),
      },
      {
        server: 'wss://two.example:8089/ws',
        state: 'failed',
        reason: 'timeout',
        retryAt: new Date(90_000).toISOString(),
        provenAt: null,
      },
    ])
  })
})
