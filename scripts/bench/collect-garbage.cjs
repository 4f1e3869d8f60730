/*
 * Loaded into every process of a phone that is measured (NODE_OPTIONS), never into a user's: at SIGUSR2 the process collects all of its garbage and
 * says what it still holds. It knows nothing of phones.
 */
const { renameSync, writeFileSync } = process.getBuiltinModule('node:fs')
const { join } = process.getBuiltinModule('node:path')
const { setFlagsFromString } = process.getBuiltinModule('node:v8')
const { runInNewContext } = process.getBuiltinModule('node:vm')

// Not --js-flags: those would be the page's too.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
setFlagsFromString('--no-expose-gc')
let count = 0

process.on('SIGUSR2', () => {
  // What waits for a finalizer is gone with the second, and `last-resort` gives pages back to the system.
  for (let i = 0; i < 3; i++) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  const { heapUsed, external } = process.memoryUsage()
  const file = join(process.env.PATCHCORD_BENCH_HEAPS, String(process.pid))
  writeFileSync(`${file}.new`, JSON.stringify({ count: ++count, bytes: heapUsed + external }))
  renameSync(`${file}.new`, file)
})
// It is there: SIGUSR2 ends a process that does not listen for it.
writeFileSync(join(process.env.PATCHCORD_BENCH_HEAPS, String(process.pid)), JSON.stringify({ count, bytes: 0 }))
