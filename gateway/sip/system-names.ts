/*
 * Names as this computer knows them. Addresses are asked of the operating system first, because it alone honours hosts files, VPNs and split
 * DNS; DNS itself is asked for what the system has no question for. Every question has an end.
 */
import { lookup, Resolver } from 'node:dns/promises'
import type { Clock } from '../../common/clock'
import type { AskedNames } from './names'

/** Of one question, ms. */
const patience = 4_000
/** Records and addresses looked at. */
const limit = 32
/** What says that there is no such name, or nothing of that kind; all else says that nobody could be asked. */
const notThere = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME', 'EFORMERR', 'ENOTIMP'])

export function systemNames(clock: Clock): AskedNames {
  const inTime = async <T>(question: Promise<readonly T[]>): Promise<readonly T[] | null> => {
    const answered = question.then(
      (answer) => answer.slice(0, limit),
      ({ code = '' }: NodeJS.ErrnoException) => (notThere.has(code) ? [] : null),
    )
    let timer: ReturnType<Clock['setTimeout']> | null = null
    const late = new Promise<null>((resolve) => (timer = clock.setTimeout(() => resolve(null), patience)))
    const answer = await Promise.race([answered, late])
    if (timer !== null) clock.clearTimeout(timer)
    return answer
  }
  // Made anew each time: a resolver keeps to the name servers there were when it was made.
  const resolver = (): Resolver => new Resolver({ timeout: 1_200, tries: 2 })
  return {
    naptr: (domain) => inTime(resolver().resolveNaptr(domain)),
    srv: (name) => inTime(resolver().resolveSrv(name)),
    async addresses(host) {
      const system = await inTime(lookup(host, { all: true, verbatim: true }))
      if (system !== null && system.length > 0) return system.map(({ address }) => address)
      const records = resolver()
      const [v6, v4] = await Promise.all([inTime(records.resolve6(host)), inTime(records.resolve4(host))])
      const found = [...(v6 ?? []), ...(v4 ?? [])]
      return found.length === 0 && [system, v6, v4].includes(null) ? null : found
    },
  }
}
