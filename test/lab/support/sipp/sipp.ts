/*
 * Runs sipp with one scenario: it succeeds when the phone said everything it was to say, in order, and nothing else.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../../support/until'
import { farPort } from '../go-between'
import { scenarioXml, type Step } from './scenario'
import { removeFolder } from '../../../support/remove-folder'

export interface SippOptions {
  /** The lab's root, or '' for this system's own. */
  readonly root: string
  readonly steps: readonly Step[]
  /** Words in the scenario's brackets, by name. */
  readonly words: Readonly<Record<string, string>>
  /** `host:port` it sends its first request to; absent: it waits to be called. */
  readonly calls?: string
  readonly more?: readonly string[]
}

export class Sipp {
  private output = ''

  private constructor(
    private readonly child: ChildProcess,
    private readonly dir: string,
    private readonly ended: Promise<number | null>,
  ) {}

  static start({ root, steps, words, calls, more = [] }: SippOptions): Sipp {
    const dir = mkdtempSync(join(root || '/', 'tmp/patchcord-sipp-'))
    const inside = root ? dir.slice(root.length) : dir
    writeFileSync(join(dir, 'scenario.xml'), scenarioXml(steps))
    const args = [
      ...(calls === undefined ? [] : [calls]),
      ...['-sf', `${inside}/scenario.xml`, '-i', '127.0.0.1', '-p', String(farPort), '-m', '1', '-nostdin'],
      ...['-trace_err', '-error_file', `${inside}/errors`, '-timeout', '40', '-recv_timeout', '20000'],
      // What was not expected ends it, and nothing is said but what the scenario says.
      ...['-default_behaviors', 'abortunexp'],
      ...Object.entries(words).flatMap(([name, value]) => ['-key', name, value]),
      ...more,
    ]
    const child = root ? spawn('chroot', [root, 'sipp', ...args]) : spawn('sipp', args)
    const sipp = new Sipp(child, dir, new Promise((resolve) => child.once('exit', (code) => resolve(code))))
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (sipp.output += data.toString()))
    return sipp
  }

  /** Resolves when it can be called. */
  async listens(): Promise<void> {
    const open = `:${farPort.toString(16).toUpperCase().padStart(4, '0')} `
    await until(() => readFileSync('/proc/net/udp', 'utf8').includes(open) || this.child.exitCode !== null, {
      what: 'sipp to listen',
      every: 10,
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${this.output.slice(-2_000)}`)
    })
    if (this.child.exitCode !== null) await this.succeeds()
  }

  /** Resolves when all was tried, whatever came of it. */
  async ends(): Promise<void> {
    await this.ended
    removeFolder(this.dir)
  }

  /** Resolves when the scenario went through. Throws with what was unexpected. */
  async succeeds(): Promise<void> {
    const code = await this.ended
    const errors = readdirSync(this.dir)
      .filter((name) => name === 'errors')
      .map((name) => readFileSync(join(this.dir, name), 'utf8'))
      .join('')
    removeFolder(this.dir)
    if (code !== 0) throw new Error(`sipp ended with ${code}: ${errors || this.output.slice(-2_000)}`)
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }
}
