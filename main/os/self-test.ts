/*
 * `patchcord --self-test`: whether this installation can do what needs machine code of its own, as JSON on the standard output. It
 * opens no profile and no window.
 */
import { utilityProcess, type App } from 'electron'

/** A process that has said nothing by then is stuck, ms. */
const limitMs = 20_000

/** `entry`: the built gateway/self-test. Ends the application: with 0 when all works. */
export async function selfTest(app: App, entry: string): Promise<void> {
  await app.whenReady()
  const child = utilityProcess.fork(entry, [], { serviceName: 'Patchcord self-test' })
  const result = await new Promise<Record<string, unknown>>((resolve) => {
    setTimeout(() => resolve({ error: 'it takes too long' }), limitMs)
    child.on('message', resolve)
    child.on('exit', (code) => resolve({ error: `the process ended with ${code}` }))
  })
  const works = Object.values(result).every((value) => typeof value === 'number')
  process.stdout.write(`${JSON.stringify(result)}\n`, () => app.exit(works ? 0 : 1))
}
