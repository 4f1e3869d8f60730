/*
 * The figures that are measured: how each is called, its unit and what it should be. Pure; collects samples and sums them
 * up.
 */

/**
 * What a figure's median should not exceed, or with `least` not fall short of; null where it only helps to understand another one.
 */
const targets = {
  'start → window on screen': { unit: 'ms', target: 900 },
  'start → registered, with window': { unit: 'ms', target: 900 },
  'start → registered, in the tray': { unit: 'ms', target: 900 },
  'bare Electron: start → window on screen': { unit: 'ms', target: null },
  'INVITE → 180': { unit: 'ms', target: 3 },
  'INVITE → 180 over UDP': { unit: 'ms', target: 5 },
  'INVITE → 180 over UDP, baresip': { unit: 'ms', target: null },
  'INVITE → notification': { unit: 'ms', target: 10 },
  'answer pressed → 200 OK': { unit: 'ms', target: 80 },
  '200 OK → first RTP packet': { unit: 'ms', target: 40 },
  '200 OK → first DTLS packet': { unit: 'ms', target: null },
  hold: { unit: 'ms', target: null },
  resume: { unit: 'ms', target: null },
  swap: { unit: 'ms', target: null },
  merge: { unit: 'ms', target: null },
  split: { unit: 'ms', target: null },
  'idle in the tray: memory': { unit: 'MB', target: 260 },
  'bare Electron: memory': { unit: 'MB', target: null },
  'idle in the tray: processor': { unit: '% of a core', target: 0.5 },
  'bare Electron: processor': { unit: '% of a core', target: null },
  'in a call: memory': { unit: 'MB', target: null },
  'in a call: processor': { unit: '% of a core', target: 8 },
  'network back → registered, WebSocket': { unit: 'ms', target: 3_000 },
  'network back → registered, UDP': { unit: 'ms', target: 3_000 },
  'signalling: calls taken': { unit: '/s', target: null, least: true },
  'signalling: calls refused': { unit: '/s', target: null, least: true },
  // By a series of readings, all garbage collected before each.
  'signalling: heap kept of a call': { unit: 'KB', target: 0.1 },
  'signalling: memory kept of a call': { unit: 'KB', target: 1 },
  'framework: transactions': { unit: '/s', target: 5_000, least: true },
  // The history has its bound before; beyond that nothing is to stay.
  'framework: kept of 10,000 calls': { unit: 'KB', target: 512 },
  'directory: load of 10,000,000 sorted': { unit: '/s', target: 500_000, least: true },
  'directory: memory of the loader': { unit: 'MB', target: null },
  'directory: 100,000 changes, side by side': { unit: 'ms', target: null },
  'directory: 100,000 changes, in every block': { unit: 'ms', target: null },
  'directory: memory of the loader, changes': { unit: 'MB', target: null },
  'directory: look-up': { unit: 'µs', target: 50 },
  'directory: look-up, p99': { unit: 'µs', target: 1_000 },
  'directory: added memory of main': { unit: 'MB', target: 10 },
  'directory: INVITE → verdict, with the table': { unit: 'ms', target: null },
  'directory: INVITE → verdict, without': { unit: 'ms', target: null },
  'directory: effect on INVITE → 180': { unit: 'ms', target: 1 },
  'directory: effect on INVITE → 180, p99': { unit: 'ms', target: null },
  'gateway: one way through the relay': { unit: 'ms', target: 1 },
  'gateway: one way through the relay, SRTP': { unit: 'ms', target: 1 },
  'gateway: one way, ten calls': { unit: 'ms', target: null },
  'gateway: one way, ten calls, SRTP': { unit: 'ms', target: null },
  'gateway: processor of one call': { unit: '% of a core', target: 4 },
  'gateway: processor of one call, SRTP': { unit: '% of a core', target: 4 },
  'gateway: processor of ten calls': { unit: '% of a core', target: null },
  'gateway: processor of ten calls, SRTP': { unit: '% of a core', target: null },
  'search: one letter, 50,000 contacts': { unit: 'ms', target: 16 },
  'search: a page of 100,000 calls': { unit: 'ms', target: 30 },
  'search: first answer, nothing read': { unit: 'ms', target: null },
  'search: names of 100,000 entries read': { unit: 'ms', target: null },
  'search: longest pause of main meanwhile': { unit: 'ms', target: 8 },
  'search: longest pause of a process at rest': { unit: 'ms', target: null },
  'search: memory of its process': { unit: 'MB', target: null },
} as const

export type FigureName = keyof typeof targets

export interface Figure {
  readonly name: FigureName
  readonly unit: string
  readonly target: number | null
  /** More is better: the target is a lower bound, and `p95` is what 95 % of the samples reach. */
  readonly least: boolean
  readonly median: number
  readonly p95: number
  readonly met: boolean | null
  readonly samples: readonly number[]
}

export class Figures {
  private readonly samples = new Map<FigureName, number[]>()

  add(name: FigureName, value: number): void {
    this.samples.set(name, [...(this.samples.get(name) ?? []), Math.round(value * 100) / 100])
  }

  /** Those that were measured, in the order above. */
  get all(): Figure[] {
    return (Object.keys(targets) as FigureName[]).flatMap((name) => {
      const samples = this.samples.get(name)
      if (!samples) return []
      const { unit, target, least = false } = targets[name] as { unit: string; target: number | null; least?: boolean }
      const median = quantile(samples, 0.5)
      const p95 = quantile(samples, least ? 0.05 : 0.95)
      const met = target === null ? null : least ? median >= target : median <= target
      return [{ name, unit, target, least, median, p95, met, samples }]
    })
  }
}

/** The smallest sample that at least this share of all does not exceed. */
function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

/** As a table to read. */
export function table(figures: readonly Figure[]): string {
  const head = ['', 'median', 'p95', 'unit', 'target', '', 'n']
  const rows = figures.map(({ name, median, p95, unit, target, least, met, samples }) => [
    name,
    shown(median),
    samples.length > 1 ? shown(p95) : '',
    unit,
    target === null ? '' : `${least ? '≥' : '≤'} ${target}`,
    met === null ? '' : met ? 'met' : 'missed',
    String(samples.length),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)))
  const numeric = new Set([1, 2, 4, 6])
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        numeric.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n')
}

const shown = (value: number): string => value.toFixed(value < 100 ? 1 : 0)
