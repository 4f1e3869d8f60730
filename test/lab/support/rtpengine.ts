/*
 * A real rtpengine for one test, in user space: it stands between two phones and gives each of them sound of the kind it knows, as a
 * Kamailio tells it.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { until } from '../../support/until'
import { labAddress } from './kamailio'

export class Rtpengine {
  private process: ChildProcess | null = null
  private output = ''

  private constructor(
    /** Where it is told what to do. */
    readonly port: number,
  ) {}

  /** `root`: the lab's, or '' for this system's own. */
  static async start(root: string, { port = 2223 } = {}): Promise<Rtpengine> {
    const rtpengine = new Rtpengine(port)
    const args = [
      '--config-file=none',
      '--table=-1',
      '--foreground',
      '--log-stderr',
      '--log-level=6',
      '--num-threads=2',
    ]
    args.push(`--interface=${labAddress}`, `--listen-ng=${labAddress}:${port}`, '--port-min=30000', '--port-max=30999')
    const child = root ? spawn('chroot', [root, 'rtpengine', ...args]) : spawn('rtpengine', args)
    rtpengine.process = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (rtpengine.output += data.toString()))
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`rtpengine ended: ${rtpengine.output.slice(-2000)}`)
        return rtpengine.output.includes('Startup complete')
      },
      { what: 'rtpengine to be ready', ms: 15_000 },
    )
    return rtpengine
  }

  log(): string {
    return this.output
  }

  async stop(): Promise<void> {
    const child = this.process
    this.process = null
    if (child?.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
}
