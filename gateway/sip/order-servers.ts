/*
 * In which order servers of one SRV answer are tried: the least priority first, within one by chance in proportion to weight (RFC 2782).
 * Pure but for `random`.
 */
import type { SrvRecord } from './names'

/** `random`: as Math.random. */
export function orderServers(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const ordered: SrvRecord[] = []
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b)
  for (const priority of priorities) {
    // Those without weight come first, so that they have their small chance.
    const left = records.filter((record) => record.priority === priority).sort((a, b) => a.weight - b.weight)
    while (left.length > 0) {
      const sum = left.reduce((total, { weight }) => total + weight, 0)
      const pick = Math.floor(random() * (sum + 1))
      let running = 0
      const at = left.findIndex(({ weight }) => (running += weight) >= pick)
      ordered.push(...left.splice(Math.max(0, at), 1))
    }
  }
  return ordered
}
