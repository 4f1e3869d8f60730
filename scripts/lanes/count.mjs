/*
 * Counts what a lane's report says, and finds what is wrong with a run beyond its failed tests.
 */
import { existsSync, readFileSync } from 'node:fs'

/**
 * @param {string} report JSON file that vitest wrote
 * @param {number} code exit code of the run
 * @returns {{ passed: number, failed: number, skipped: number, complaint?: string }} a file that could not be loaded, an
 *   error outside of all tests and a missing report count as one failure each, so that a broken run is never all green
 */
export function countReport(report, code) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, complaint: 'it ended without a report' }
  const result = JSON.parse(readFileSync(report, 'utf8'))
  const broken = result.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length
  const passed = result.numPassedTests
  const failed = result.numFailedTests + broken
  const skipped = result.numTotalTests - passed - result.numFailedTests
  if (code === 0 || failed > 0) return { passed, failed, skipped }
  return { passed, failed: 1, skipped, complaint: `it ended with code ${code} outside of its tests` }
}
