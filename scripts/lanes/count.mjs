/*
 * Counts what a lane's report says, and finds what is wrong with a run beyond its failed tests.
 */
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from '../setup/places.mjs'

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

/**
 * @param {string} report JSON file that vitest wrote
 * @returns {{ file: string, passed: number, failed: number, skipped: number }[]} test files in which something failed, from the project's folder
 */
export function failedFiles(report) {
  if (!existsSync(report)) return []
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  return testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name, assertionResults: tests }) => {
      const passed = tests.filter(({ status }) => status === 'passed').length
      const failed = tests.filter(({ status }) => status === 'failed').length
      // What could not be loaded counts as one failure, as above.
      return { file: relative(root, name), passed, failed: failed || 1, skipped: tests.length - passed - failed }
    })
}
