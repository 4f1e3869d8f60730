/*
 * A real Asterisk for one test file: its own folder, ports and keys, inside the prepared root. Tests talk to it by its
 * CLI only, as an administrator would.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../../support/until'
import type { FarNetwork } from './far-network'
import { removeFolder } from '../../support/remove-folder'

const run = promisify(execFile)

export interface AsteriskOptions {
  /** Folder of the root Asterisk is installed in, or '' for this system's own. */
  readonly root: string
  readonly wsPort?: number
  readonly wssPort?: number
  /** Where it runs, if that is not the phone's own network. */
  readonly network?: FarNetwork | undefined
  /** Configuration files that take the place of the lab's, by name; `@DIR@` and the like are filled in. */
  readonly files?: Readonly<Record<string, string>>
}

export class Asterisk {
  readonly wsUrl: string
  readonly wssUrl: string
  /** The authority that signed the server's certificate, PEM file. */
  readonly authority: string
  private process: ChildProcess | null = null

  private constructor(
    private readonly root: string,
    /** The folder as Asterisk sees it. */
    private readonly inside: string,
    ports: { ws: number; wss: number },
    private readonly network: FarNetwork | undefined,
  ) {
    this.wsUrl = `ws://${network?.server ?? '127.0.0.1'}:${ports.ws}/ws`
    this.wssUrl = `wss://localhost:${ports.wss}/ws`
    this.authority = join(this.dir, 'keys/authority.pem')
  }

  /** Makes the configuration and starts the server; resolves when it takes calls. */
  static async start(options: AsteriskOptions): Promise<Asterisk> {
    const { root } = options
    const ports = { ws: options.wsPort ?? 8088, wss: options.wssPort ?? 8089 }
    const dir = mkdtempSync(join(root || '/', 'tmp/patchcord-lab-'))
    const inside = root ? dir.slice(root.length) : dir
    for (const name of ['etc', 'db', 'keys', 'agi', 'spool', 'run', 'log']) mkdirSync(join(dir, name))
    const modules = readdirSync(join(root || '/', 'usr/lib')).map((triplet) =>
      join('/usr/lib', triplet, 'asterisk/modules'),
    )
    const values: Record<string, string> = {
      '@DIR@': inside,
      '@MODULES@': modules.find((path) => existsSync(join(root || '/', path))) ?? '/usr/lib/asterisk/modules',
      '@WS_PORT@': String(ports.ws),
      '@WSS_PORT@': String(ports.wss),
    }
    cpSync(join(import.meta.dirname, 'asterisk'), join(dir, 'etc'), { recursive: true })
    for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(dir, 'etc', name), text)
    for (const file of readdirSync(join(dir, 'etc'))) {
      const path = join(dir, 'etc', file)
      const text = readFileSync(path, 'utf8').replace(/@[A-Z_]+@/g, (name) => values[name] ?? name)
      writeFileSync(path, options.network ? text.replaceAll('127.0.0.1', options.network.server) : text)
    }
    makeKeys(join(dir, 'keys'))
    const asterisk = new Asterisk(root, inside, ports, options.network)
    await asterisk.launch()
    return asterisk
  }

  /** The folder as the tests see it. */
  get dir(): string {
    return join(this.root, this.inside)
  }

  async launch(): Promise<void> {
    const args = ['-f', '-C', `${this.inside}/etc/asterisk.conf`]
    const [command, all] = this.command('asterisk', args)
    const child = spawn(command, all, { stdio: 'ignore' })
    this.process = child
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`Asterisk ended: ${this.log().slice(-2000)}`)
        return (await this.cli('core waitfullybooted')).includes('fully booted')
      },
      { what: 'Asterisk to be booted', ms: 30_000, every: 50 },
    )
  }

  /** Runs one CLI command and gives what it printed. */
  async cli(text: string): Promise<string> {
    const [command, args] = this.command('asterisk', ['-C', `${this.inside}/etc/asterisk.conf`, '-rx', text])
    try {
      return (await run(command, args, { timeout: 20_000 })).stdout
    } catch {
      return ''
    }
  }

  /** Lets `channel` (e.g. `PJSIP/100`) be called and talk to this extension of the lab's dial plan. */
  originate(channel: string, extension: string): Promise<string> {
    return this.cli(`channel originate ${channel} extension ${extension}@lab`)
  }

  /** Whether this account has a live contact. */
  async isRegistered(account: string): Promise<boolean> {
    return /Contact:\s+/.test((await this.cli(`pjsip show aor ${account}`)).replace(/Contact:\s+<.*\n/, ''))
  }

  async liveChannels(): Promise<number> {
    return Number(/(\d+) active channel/.exec(await this.cli('core show channels count'))?.[1] ?? -1)
  }

  /** The channel that is at this extension of the dial plan; '' when there is none. */
  async channelAt(extension: string): Promise<string> {
    const channels = await this.cli('core show channels concise')
    return (
      channels
        .split('\n')
        .find((line) => line.split('!')[2] === extension)
        ?.split('!')[0] ?? ''
    )
  }

  async global(name: string): Promise<string> {
    return new RegExp(`${name}=(.*)`).exec(await this.cli('dialplan show globals'))?.[1]?.trim() ?? ''
  }

  log(): string {
    const path = join(this.dir, 'log/full')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  signal(name: NodeJS.Signals): void {
    this.process?.kill(name)
  }

  /** Ends the server as a crash would. */
  async kill(): Promise<void> {
    const child = this.process
    this.process = null
    if (!child || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  async stop(): Promise<void> {
    await this.kill()
    removeFolder(this.dir)
  }

  private command(program: string, args: string[]): [string, string[]] {
    const [run, all]: [string, string[]] = this.root ? ['chroot', [this.root, program, ...args]] : [program, args]
    return this.network ? this.network.entering(run, all) : [run, all]
  }
}

/** An authority of the test's own, and a certificate for localhost and 127.0.0.1 signed by it. */
/** An authority and a server's key and certificate in this folder, for this computer's loopback and what else is named. */
export function makeKeys(dir: string, more: readonly string[] = []): void {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' })
  const subject = (name: string): string[] => ['-subj', `/CN=${name}`]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'authority.key',
    '-out',
    'authority.pem',
    '-days',
    '2',
    ...subject('Lab authority'),
  )
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', ...subject('localhost'))
  writeFileSync(join(dir, 'san'), `subjectAltName=${['DNS:localhost', 'IP:127.0.0.1', ...more].join()}\n`)
  const sign = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-extfile', 'san', '-days', '2']
  openssl('x509', '-req', '-in', 'server.csr', ...sign, '-out', 'server.pem')
}
