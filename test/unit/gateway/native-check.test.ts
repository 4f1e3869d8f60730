import { expect, test } from 'vitest'
import { checkNatives } from '../../../gateway/native-check'

test('the native libraries of this computer exchange data and keep a value', { timeout: 20_000 }, async () => {
  expect(await checkNatives()).toEqual({ webrtc: expect.any(Number), database: expect.any(Number) })
})
