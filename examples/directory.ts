/*
 * A directory of one's own: customers with their numbers, of whom the phone learns without them learning who calls. It is
 * asked for all of them first, and for what has changed from then on. Run it with `npm run example directory`; to use it in
 * the phone see docs/directory.md.
 */
import {
  CallDirectoryManager,
  requestEntries,
  systemClock,
  type CallDirectoryProvider,
  type CallDirectoryStaging,
} from '../main/callkit'

const say = (what: string): void => void process.stdout.write(`${what}\n`)

// What the company knows. Numbers are whole ones with their country, as integers: +49 30 123456 is 4930123456.
const customers = new Map([
  [4930123456, 'Ada Lovelace'],
  [442079460000, 'Grace Hopper'],
])
const changed = new Map([[4930123456, 'Countess of Lovelace']])
const nuisances = [4930999999]

// The directory. This part is all there is to write; the rest of this file stands in for the phone.
const provider: CallDirectoryProvider = {
  async beginRequest(context) {
    context.delegate = { requestFailed: (_, error) => say(`directory: not taken, ${error.detail ?? error.name}`) }
    if (context.isIncremental) {
      // Whoever does not ask is asked for everything.
      for (const [number, label] of [...changed].sort(([a], [b]) => a - b)) {
        context.removeIdentificationEntry(number)
        context.addIdentificationEntry(number, label)
      }
    } else {
      for (const number of nuisances) context.addBlockingEntry(number)
      for (const [number, label] of [...customers].sort(([a], [b]) => a - b))
        context.addIdentificationEntry(number, label)
    }
    const expired = await context.completeRequest()
    if (expired) say('directory: too late, nothing was taken')
  },
}

// The phone's half: a table that takes the place of the old one whole. The phone's own is a database.
let table = { labels: new Map<number, string>(), blocked: new Set<number>() }
function staging(): CallDirectoryStaging {
  const made = { labels: new Map<number, string>(), blocked: new Set<number>() }
  const added = { labels: new Map<number, string>(), blocked: new Set<number>() }
  return {
    begin: (incremental) => {
      if (!incremental) return
      for (const [number, label] of table.labels) made.labels.set(number, label)
      for (const number of table.blocked) made.blocked.add(number)
    },
    addBlocking: (number) => void added.blocked.add(number),
    addIdentification: (number, label) => void added.labels.set(number, label),
    removeBlocking: (number) => void made.blocked.delete(number),
    removeIdentification: (number) => void made.labels.delete(number),
    removeAllBlocking: () => made.blocked.clear(),
    removeAllIdentification: () => made.labels.clear(),
    async commit(tooMany) {
      for (const [number, label] of added.labels) made.labels.set(number, label)
      for (const number of added.blocked) made.blocked.add(number)
      const counts = { identifying: made.labels.size, blocking: made.blocked.size }
      if (tooMany(counts)) return 'too-many'
      table = made
      return counts
    },
    abandon: () => Promise.resolve(),
  }
}
let loaded = false
const manager = new CallDirectoryManager({
  isEnabled: (identifier) => (identifier === 'customers' ? true : null),
  load: async () => {
    const request = { provider, staging: staging(), incremental: loaded, timeoutMs: 10_000, clock: systemClock }
    const outcome = await requestEntries(request)
    loaded ||= outcome.ok
    if (outcome.ok) say(`phone: ${outcome.counts.identifying} names, ${outcome.counts.blocking} blocked`)
    return outcome
  },
})

say(`phone: reload of nobody, ${(await manager.reloadExtension('nobody'))?.name ?? ''}`)
for (const when of ['first', 'then']) {
  const error = await manager.reloadExtension('customers')
  say(`phone: ${when} ${error?.name ?? 'loaded'}, +4930123456 is ${table.labels.get(4930123456) ?? 'nobody'}`)
}
customers.set(1.5, 'No number')
loaded = false
say(`phone: ${(await manager.reloadExtension('customers'))?.name ?? ''}, still ${table.labels.size} names`)
