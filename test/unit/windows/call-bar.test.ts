/*
 * Where the bar of the calls goes, and what it may ask for.
 */
import { describe, expect, it, test } from 'vitest'
import { barSize } from '../../../common/contract/bar'
import { callBarBounds } from '../../../main/windows/call-bar-bounds'
import { callBarCommands } from '../../../main/windows/call-bar-commands'

const left = { x: 0, y: 24, width: 1280, height: 776 }
const right = { x: 1280, y: 0, width: 1920, height: 1080 }

describe('the bar of the calls goes', () => {
  it('to the top of the screen in use, in the middle, as long as nobody has moved it', () => {
    expect(callBarBounds(null, [right, left])).toEqual({ x: 1280 + (1920 - barSize.width) / 2, y: 12, ...barSize })
  })

  it('where it was put, on whichever screen', () => {
    expect(callBarBounds({ x: 40, y: 300 }, [right, left])).toEqual({ x: 40, y: 300, ...barSize })
  })

  it('back from a screen that is gone', () => {
    expect(callBarBounds({ x: 2000, y: 300 }, [left])).toMatchObject({ x: 448, y: 36 })
  })

  it('wholly onto the screen it was put at the edge of', () => {
    expect(callBarBounds({ x: -100, y: 760 }, [left])).toMatchObject({ x: 0, y: 800 - barSize.height })
  })

  it('somewhere even on a screen that is too small, or where there is none', () => {
    expect(callBarBounds(null, [{ x: 10, y: 20, width: 100, height: 40 }])).toMatchObject({ x: 10, y: 20 })
    expect(callBarBounds(null, [])).toMatchObject({ x: 0, y: 0 })
  })
})

test('the bar may ask for what it has buttons for, and for nothing else', async () => {
  const performed: string[] = []
  const perform = callBarCommands(async (command) => {
    performed.push(command.type)
    return { callId: null, error: null }
  })
  expect((await perform({ type: 'setMuted', callId: 'c', muted: true })).error).toBeNull()
  expect((await perform({ type: 'swap' })).error).toBeNull()
  expect((await perform({ type: 'clearHistory' })).error?.code).toBe('invalid-argument')
  expect((await perform({ type: 'call', target: '0900', accountId: null })).error?.code).toBe('invalid-argument')
  expect(performed).toEqual(['setMuted', 'swap'])
})
