/*
 * A real Radicale (CardDAV) and a real slapd (LDAP) for one test, on loopback, each with a folder of its own inside the lab's
 * root. Everybody's password is `correct-horse`.
 */
import { spawn, execFileSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, request as ask, type Server as HttpServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { until } from '../../support/until'
import { makeKeys } from '../../wire/gateway/support/keys'
import { removeFolder } from '../../support/remove-folder'

/** A program in the root that is ended with the test. */
class Server {
  private process: ChildProcess | null = null
  private output = ''

  constructor(
    private readonly root: string,
    readonly dir: string,
    private readonly command: readonly string[],
    readonly port: number,
  ) {}

  async launch(): Promise<void> {
    const [program = '', ...args] = this.root ? ['chroot', this.root, ...this.command] : this.command
    const child = spawn(program, args)
    this.process = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (this.output += data.toString()))
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`${this.command[0] ?? ''} ended: ${this.output.slice(-2000)}`)
        return answers(this.port)
      },
      { what: `${this.command[0] ?? ''} to answer`, ms: 20_000 },
    )
  }

  async stop(): Promise<void> {
    const child = this.process
    this.process = null
    if (child?.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  /** Stands still, as a server behind a broken network. */
  freeze(frozen: boolean): void {
    this.process?.kill(frozen ? 'SIGSTOP' : 'SIGCONT')
  }
}

const folderIn = (root: string, name: string): string => {
  const dir = mkdtempSync(join(root || '/', `tmp/patchcord-${name}-`))
  chmodSync(dir, 0o755)
  return dir
}
const inside = (root: string, dir: string): string => (root ? dir.slice(root.length) : dir)

export class Radicale {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    readonly username: string,
  ) {}

  static async start(root: string, port = 5_232): Promise<Radicale> {
    const dir = folderIn(root, 'radicale')
    const here = inside(root, dir)
    writeFileSync(join(dir, 'users'), 'ada:correct-horse\n')
    const book = join(dir, 'collections/collection-root/ada/people')
    mkdirSync(book, { recursive: true })
    writeFileSync(join(book, '.Radicale.props'), '{"tag": "VADDRESSBOOK", "D:displayname": "People"}')
    writeFileSync(
      join(dir, 'config'),
      `[server]\nhosts = 127.0.0.1:${port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = ${here}/users\n` +
        `htpasswd_encryption = plain\n[storage]\nfilesystem_folder = ${here}/collections\n[rights]\ntype = owner_only\n`,
    )
    const server = new Server(root, dir, ['python3', '-m', 'radicale', '--config', `${here}/config`], port)
    await server.launch()
    return new Radicale(server, `http://127.0.0.1:${port}/`, 'ada')
  }

  get book(): string {
    return `${this.url}ada/people/`
  }

  /** As another of the user's devices would. */
  async put(name: string, card: string): Promise<void> {
    await this.ask('PUT', name, card)
  }

  async remove(name: string): Promise<void> {
    await this.ask('DELETE', name)
  }

  /** Every card in the book. */
  async everything(): Promise<string> {
    return (await this.ask('GET', '')).text()
  }

  relaunch(): Promise<void> {
    return this.server.launch()
  }

  halt(): Promise<void> {
    return this.server.stop()
  }

  async stop(): Promise<void> {
    await this.server.stop()
    removeFolder(this.server.dir)
  }

  private async ask(method: string, name: string, body?: string): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`${this.username}:correct-horse`).toString('base64')}`
    const headers = { authorization, 'content-type': 'text/vcard' }
    const response = await fetch(`${this.book}${name}`, { method, headers, ...(body === undefined ? {} : { body }) })
    if (!response.ok) throw new Error(`${method} ${name}: ${response.status} ${await response.text()}`)
    return response
  }
}

/** The same server to whoever does not know RFC 6578: in front of a Radicale, it refuses that one report and passes on the rest. */
export class ListingServer {
  /** How often every card's version was asked for, and cards themselves. */
  lists = 0
  fetches = 0

  private constructor(
    private readonly server: HttpServer,
    readonly url: string,
  ) {}

  static async start(url: string): Promise<ListingServer> {
    const { host } = new URL(url)
    const server = createServer((request, response) => {
      const body: Buffer[] = []
      request.on('data', (data: Buffer) => body.push(data))
      request.on('end', () => {
        const text = Buffer.concat(body).toString()
        if (text.includes('sync-collection')) return response.writeHead(403).end()
        if (request.method === 'PROPFIND' && request.headers.depth === '1') listing.lists++
        if (text.includes('multiget')) listing.fetches++
        const { method = 'GET', url: path = '/', headers } = request
        const [hostname, port] = host.split(':')
        const onward = { hostname, port, method, path, headers: { ...headers, host } }
        const asked = ask(onward, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(response)
        })
        asked.on('error', () => response.destroy())
        asked.end(text)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const listing = new ListingServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return listing
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}

export class Slapd {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** Encrypted from the first byte, for `localhost`, and how that name is not in the certificate. */
    readonly secureUrl: string,
    readonly wrongNameUrl: string,
    /** PEM; it signed itself. */
    readonly certificate: string,
  ) {}

  /** `entries`: LDIF below `dc=example,dc=org`. A password is taken over TLS alone. */
  static async start(root: string, entries: string, port = 3_890): Promise<Slapd> {
    const { key, certificate } = makeKeys('DNS:localhost')
    const dir = folderIn(root, 'slapd')
    const here = inside(root, dir)
    mkdirSync(join(dir, 'db'))
    const modules = ['/usr/lib/ldap', '/usr/lib/x86_64-linux-gnu/ldap'].find((path) =>
      existsSync(join(root || '/', path)),
    )
    writeFileSync(join(dir, 'certificate.pem'), certificate)
    writeFileSync(join(dir, 'key.pem'), key)
    writeFileSync(
      join(dir, 'slapd.conf'),
      [
        ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
        `pidfile ${here}/pid`,
        `modulepath ${modules ?? '/usr/lib/ldap'}`,
        'moduleload back_mdb',
        `TLSCertificateFile ${here}/certificate.pem`,
        `TLSCertificateKeyFile ${here}/key.pem`,
        'security simple_bind=128',
        'database mdb',
        'suffix "dc=example,dc=org"',
        'rootdn "cn=admin,dc=example,dc=org"',
        'rootpw correct-horse',
        `directory ${here}/db`,
        'maxsize 104857600',
        'access to * by dn.exact="cn=admin,dc=example,dc=org" write by * none',
        '',
      ].join('\n'),
    )
    const top = 'dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n'
    writeFileSync(join(dir, 'entries.ldif'), `${top}${entries}`)
    const within = (command: readonly string[]): [string, string[]] =>
      root ? ['chroot', [root, ...command]] : [command[0] ?? '', command.slice(1)]
    const [program, args] = within(['slapadd', '-q', '-f', `${here}/slapd.conf`, '-l', `${here}/entries.ldif`])
    execFileSync(program, args)
    const server = new Server(
      root,
      dir,
      ['slapd', '-d', '0', '-f', `${here}/slapd.conf`, '-h', `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${port + 1}`],
      port,
    )
    await server.launch()
    const [plain, secure] = [`ldap://127.0.0.1:${port}`, `ldaps://localhost:${port + 1}`]
    return new Slapd(server, plain, secure, `ldaps://127.0.0.1:${port + 1}`, certificate)
  }

  freeze(frozen: boolean): void {
    this.server.freeze(frozen)
  }

  async stop(): Promise<void> {
    this.server.freeze(false)
    await this.server.stop()
    removeFolder(this.server.dir)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
