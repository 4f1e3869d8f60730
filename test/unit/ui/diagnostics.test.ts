/* What goes into the file for whoever helps: read first, left out part by part, saved where its user says. */
import { expect, it } from 'vitest'
import { Diagnostics, sayBytes } from '../../../renderer/ui/diagnostics.svelte'
import { askedPhone } from './asked-phone'

const parts = [
  { name: 'log.txt', text: 'x'.repeat(1500) },
  { name: 'sip.txt', text: '☎'.repeat(100) },
]

it('the parts are as long as their file, and only what is not left out is saved', async () => {
  const main = askedPhone()
  const bundle = new Diagnostics((command) => main.phone.request(command))
  void bundle.read()
  expect([bundle.parts, bundle.busy]).toEqual([null, true])
  await main.answer(0, { type: 'diagnostics', parts })
  expect([bundle.parts, bundle.kept]).toEqual([parts, { count: 2, bytes: 1800 }])
  bundle.take('log.txt', false)
  bundle.take('log.txt', false)
  expect([bundle.has('log.txt'), bundle.kept]).toEqual([false, { count: 1, bytes: 300 }])
  void bundle.save()
  expect(main.asked.at(-1)).toEqual({ type: 'saveDiagnostics', without: ['log.txt'] })
  await main.answer(1, { type: 'path', path: '/home/you/patchcord.zip' })
  expect(bundle.path).toBe('/home/you/patchcord.zip')
  bundle.take('log.txt', true)
  expect([bundle.path, bundle.kept.count]).toEqual([null, 2])
})

it('nothing is saved when all of it is left out, and one who thinks better of it is told nothing', async () => {
  const main = askedPhone()
  const bundle = new Diagnostics((command) => main.phone.request(command))
  void bundle.read()
  await main.answer(0, { type: 'diagnostics', parts })
  for (const { name } of parts) bundle.take(name, false)
  await bundle.save()
  expect(main.asked).toHaveLength(1)
  bundle.take('sip.txt', true)
  void bundle.save()
  await main.answer(1, { type: 'path', path: null })
  expect(bundle.path).toBeNull()
})

it('what could not be put together is said, and read anew on wish', async () => {
  const main = askedPhone()
  const bundle = new Diagnostics((command) => main.phone.request(command))
  void bundle.read()
  await main.answer(0, null)
  expect([bundle.failed, bundle.parts, bundle.busy]).toEqual([true, null, false])
  void bundle.read()
  await main.answer(1, { type: 'diagnostics', parts })
  expect([bundle.failed, bundle.parts]).toEqual([false, parts])
})

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_499, '1 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [12_345_678, '12.3 MB'],
])('%d bytes are %s', (bytes, words) => {
  expect(sayBytes(bytes)).toBe(words)
})
