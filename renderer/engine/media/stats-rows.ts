/*
 * The rows of the browser's statistics, whose fields are whatever this browser tells. Pure.
 */

/** An RTCStatsReport, or anything that iterates the same. */
export type StatsRows = Pick<RTCStatsReport, 'forEach'>

export type StatsRow = Readonly<Record<string, unknown>>

export function rowsOf(report: StatsRows): readonly StatsRow[] {
  const rows: StatsRow[] = []
  report.forEach((row: StatsRow) => rows.push(row))
  return rows
}
