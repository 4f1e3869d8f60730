/*
 * A real name server for one test, and the way to run a program that asks it: with a resolv.conf of its own, in a mount namespace. It knows
 * nothing of what the names are for.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../support/until'
import { removeFolder } from '../../support/remove-folder'

const address = '127.0.0.77'

export class NameServer {
  private constructor(
    private process: ChildProcess,
    private readonly folder: string,
    private readonly root: string,
  ) {}

  /** `root`: the lab's, or '' for this system's own. `records`: as dnsmasq's options have them, without the dashes. */
  static async start(root: string, records: readonly string[]): Promise<NameServer> {
    const folder = mkdtempSync(join(tmpdir(), 'patchcord-names-'))
    writeFileSync(join(folder, 'resolv.conf'), `nameserver ${address}\n`)
    return new NameServer(await serve(root, records), folder, root)
  }

  /** Says something else from now on. */
  async replace(records: readonly string[]): Promise<void> {
    const ended = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    // Its address is free when it has ended, not before.
    await ended
    this.process = await serve(this.root, records)
  }

  /** The command that runs another one which asks this server and no other. */
  entering(program: string, args: readonly string[]): [string, string[]] {
    const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return ['unshare', ['-m', 'sh', '-c', script, join(this.folder, 'resolv.conf'), program, ...args]]
  }

  stop(): void {
    this.process.kill('SIGKILL')
    removeFolder(this.folder)
  }
}

/** Resolves when it answers. */
async function serve(root: string, records: readonly string[]): Promise<ChildProcess> {
  const fixed = [
    'keep-in-foreground',
    'no-resolv',
    'no-hosts',
    'no-ping',
    'bind-interfaces',
    'user=root',
    'conf-file=/dev/null',
  ]
  const options = [...fixed, `listen-address=${address}`, 'pid-file=', 'local=/test/', ...records]
  const args = options.map((option) => `--${option}`)
  const child = root ? spawn('chroot', [root, 'dnsmasq', ...args]) : spawn('dnsmasq', args)
  let output = ''
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  const resolver = new Resolver({ timeout: 500, tries: 1 })
  resolver.setServers([address])
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`the name server ended: ${output}`)
      // Any answer will do, that there is no such name too.
      return resolver.resolve4('ready.test').catch(({ code }: { code: string }) => code === 'ENOTFOUND')
    },
    { what: 'the name server to answer' },
  )
  return child
}
