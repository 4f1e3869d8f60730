/*
 * A real Kamailio for one test: registrar and record-routing proxy in the lab's network, with its own folder inside the lab's root. Everybody's
 * password is `correct-horse`.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../../support/until'
import { makeKeys } from './asterisk'
import type { Rtpengine } from './rtpengine'
import { removeFolder } from '../../support/remove-folder'

const run = promisify(execFile)

/** Of the lab's own network: other phones take no loopback for a network. */
export const labAddress = '10.77.0.1'

export class Kamailio {
  private process: ChildProcess | null = null
  private output = ''

  private constructor(
    private readonly root: string,
    private readonly dir: string,
    readonly port: number,
  ) {}

  /**
   * `root`: the lab's, or '' for this system's own. `algorithm`: of the digest it asks for. `relay`: of the rtpengine that sound passes through;
   * undefined: it goes from phone to phone.
   */
  static async start(
    root: string,
    { port = 5070, algorithm = 'SHA-256', relay }: { port?: number; algorithm?: string; relay?: Rtpengine } = {},
  ): Promise<Kamailio> {
    const dir = mkdtempSync(join(root || '/', 'tmp/patchcord-kamailio-'))
    const libraries = join(root || '/', 'usr/lib')
    const place = readdirSync(libraries).find((name) => existsSync(join(libraries, name, 'kamailio/modules')))
    const values: Record<string, string> = {
      '@ADDRESS@': labAddress,
      '@PORT@': String(port),
      '@TLS_PORT@': String(port + 1),
      '@DIR@': root ? dir.slice(root.length) : dir,
      '@MODULES@': `/usr/lib/${place ?? ''}/kamailio/modules`,
      '@ALGORITHM@': algorithm,
      '@RELAY_PORT@': String(relay?.port),
    }
    makeKeys(dir, [`IP:${labAddress}`])
    const template = readFileSync(join(import.meta.dirname, 'kamailio/kamailio.cfg'), 'utf8')
    writeFileSync(
      join(dir, 'kamailio.cfg'),
      template.replace(/@[A-Z_]+@/g, (name) => values[name] ?? name),
    )
    const kamailio = new Kamailio(root, dir, port)
    await kamailio.launch(relay ? ['-A', 'WITH_RELAY'] : [])
    return kamailio
  }

  private async launch(more: readonly string[]): Promise<void> {
    const inside = this.root ? this.dir.slice(this.root.length) : this.dir
    const args = [
      '-DD',
      '-E',
      '-f',
      `${inside}/kamailio.cfg`,
      '-w',
      inside,
      '-Y',
      inside,
      '-P',
      `${inside}/pid`,
      ...more,
    ]
    const child = this.root ? spawn('chroot', [this.root, 'kamailio', ...args]) : spawn('kamailio', args)
    this.process = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (this.output += data.toString()))
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`Kamailio ended: ${this.output.slice(-2000)}`)
        return answers(labAddress, this.port)
      },
      { what: 'Kamailio to answer', ms: 15_000 },
    )
  }

  /** Where phones speak SIP over secure WebSockets. */
  get wssUrl(): string {
    return `wss://${labAddress}:${this.port + 1}`
  }

  /** SHA-256 of its certificate, hexadecimal. */
  get fingerprint(): string {
    return createHash('sha256')
      .update(new X509Certificate(readFileSync(join(this.dir, 'server.pem'))).raw)
      .digest('hex')
  }

  log(): string {
    return this.output
  }

  async stop(): Promise<void> {
    const child = this.process
    this.process = null
    if (child?.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      // Its children go with it only when it is asked.
      child.kill('SIGTERM')
      const limit = setTimeout(() => void run('kill', ['-9', String(child.pid)]).catch(() => {}), 5_000)
      await gone
      clearTimeout(limit)
    }
    removeFolder(this.dir)
  }
}

/** Whether anything answers an OPTIONS there. */
function answers(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const end = (answered: boolean): void => {
      clearTimeout(limit)
      socket.close()
      resolve(answered)
    }
    const limit = setTimeout(() => end(false), 200)
    socket.on('error', () => end(false))
    socket.on('message', () => end(true))
    socket.bind(0, address, () => {
      const { port: own } = socket.address()
      const request = [
        `OPTIONS sip:${address}:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${address}:${own};branch=z9hG4bK${own}${Date.now()}`,
        'Max-Forwards: 5',
        `From: <sip:lab@${address}>;tag=1`,
        `To: <sip:${address}>`,
        `Call-ID: ${own}${Date.now()}`,
        'CSeq: 1 OPTIONS',
        'Content-Length: 0',
        '\r\n',
      ]
      socket.send(request.join('\r\n'), port, address)
    })
  })
}
