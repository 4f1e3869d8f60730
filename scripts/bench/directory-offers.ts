/*
 * What a large table costs a call: from the question of the engine to main's verdict, which the 180 waits for, with the table and without
 * it, in turns, through the real policy of the phone.
 */
import { basename, dirname } from 'node:path'
import { usualNumbers } from '../../common/account'
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import { Tables } from '../../main/directory/tables'
import { noSources } from '../../main/phone/caller-sources'
import { account, CallPhone } from '../../test/support/call-phone'
import type { OfferFigures } from './directory'

const rounds = 1_000

/** Prints `OfferFigures` as JSON. */
async function measureOffers(path: string, entries: number): Promise<void> {
  const tables = new Tables({ folderOf: () => dirname(path), clock: systemClock, log: silentLog, onBroken: () => {} })
  await tables.use('bench', basename(path))
  const phone = new CallPhone([{ ...account('work', '100'), numbers: { ...usualNumbers, country: 'DE' } }])
  let named = 0
  const withTable = {
    ...noSources,
    directory: (e164: string) => {
      const number = Number(e164.slice(1))
      const name = tables.label('bench', number)
      if (name !== null) named++
      return { name, source: 'bench', blockedBy: tables.blocks('bench', number) ? 'bench' : null }
    },
  }
  const figures: { with: number[]; without: number[] } = { with: [], without: [] }
  for (let n = 0; n < rounds * 2; n++) {
    const kind = n % 2 === 0 ? 'with' : 'without'
    phone.sources.directory = (kind === 'with' ? withTable : noSources).directory
    const number = 4_930_000_000 + Math.floor(Math.random() * entries) * 37
    const callId = crypto.randomUUID()
    const handle = { type: 'phoneNumber', value: `+${number}` } as const
    const begun = performance.now()
    await new Promise((resolve) => phone.sip.engineAsked({ callId, accountId: 'work', handle, name: null }, resolve))
    // The first ones compile.
    if (n > 100) figures[kind].push(performance.now() - begun)
    await phone.remoteEnds(callId, 'remote-cancelled')
    phone.clock.advance(60_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (named < rounds / 3) throw new Error('the table does not say what it should')
  tables.close()
  process.stdout.write(JSON.stringify(figures satisfies OfferFigures))
}

// Started with the table's path and the number of its entries.
await measureOffers(process.argv[2] ?? '', Number(process.argv[3]))
