/*
 * A network of its own for the server, one cable away from the phone's: so that the cable can be pulled and the phone be given another address while
 * the server stays as it is. Linux namespaces and a veth pair; it knows nothing of what talks through it.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { until } from '../../support/until'

const near = 'cable0'
const far = 'cable1'

export class FarNetwork {
  /** Of the server, as the phone reaches it. */
  readonly server = '10.78.0.1'

  private constructor(private readonly holder: ChildProcess) {}

  static async open(): Promise<FarNetwork> {
    const holder = spawn('unshare', ['-n', 'sleep', 'infinity'], { stdio: 'ignore' })
    const network = new FarNetwork(holder)
    // The namespace is another one as soon as unshare has made it.
    const ours = namespaceOf(process.pid)
    await until(() => Promise.resolve(existsSync(`/proc/${holder.pid}/ns/net`) && namespaceOf(holder.pid) !== ours), {
      what: "the server's network",
    })
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far)
    ip('link', 'set', far, 'netns', String(holder.pid))
    network.inside('ip', 'link', 'set', 'lo', 'up')
    network.inside('ip', 'addr', 'add', `${network.server}/24`, 'dev', far)
    network.inside('ip', 'link', 'set', far, 'up')
    // Candidates of the phone's other interface must get lost, not be refused: a server that reads that as an error hangs up.
    network.inside('ip', 'route', 'add', '10.77.0.0/24', 'dev', far)
    network.plugIn('10.78.0.2')
    return network
  }

  /** The command that runs another one in the server's network. */
  entering(program: string, args: readonly string[]): [string, string[]] {
    return ['nsenter', ['-t', String(this.holder.pid), '-n', program, ...args]]
  }

  /** The phone's end gets this address, and no other. */
  plugIn(address: string): void {
    ip('addr', 'flush', 'dev', near)
    ip('addr', 'add', `${address}/24`, 'dev', near)
    ip('link', 'set', near, 'up')
  }

  pullOut(): void {
    ip('addr', 'flush', 'dev', near)
    ip('link', 'set', near, 'down')
  }

  close(): void {
    this.holder.kill('SIGKILL')
    try {
      ip('link', 'del', near)
    } catch {
      // It went with the other end.
    }
  }

  private inside(...command: string[]): void {
    const [program, ...args] = command
    const [entering, all] = this.entering(program ?? '', args)
    execFileSync(entering, all, { stdio: 'ignore' })
  }
}

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'ignore' })

const namespaceOf = (pid: number | undefined): string =>
  execFileSync('readlink', [`/proc/${pid}/ns/net`], { encoding: 'utf8' }).trim()
