/*
 * What one step of the test of an account has found: how it went, and what was seen, safe to show. Pure.
 */
import type { TestLineState } from '../../common/diagnosis'

export interface Finding {
  readonly state: Exclude<TestLineState, 'waiting' | 'running'>
  readonly found: string
}

const finding =
  (state: Finding['state']) =>
  (found: string): Finding => ({ state, found: found.slice(0, 512) })

export const passed = finding('passed')
export const doubtful = finding('doubtful')
export const failed = finding('failed')
export const skipped = finding('skipped')
