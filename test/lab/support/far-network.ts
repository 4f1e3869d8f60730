/*
 * A network of its own for the server, one cable away from the phone's: so that the cable can be pulled and the phone be given another address while
 * the server stays as it is. Linux namespaces and a veth pair; it knows nothing of what talks through it.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { until } from '../../support/until'

const near = 'cable0'
const far = 'cable1'

export interface OtherWay {
  /** The phone has this address too, and reaches the server from it. */
  plugIn(address: string): void
  pullOut(): void
}

export class FarNetwork {
  /** Of the server, as the phone reaches it. */
  readonly server = '10.78.0.1'

  private readonly others: string[] = []

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

  /** A way from a third network, that of this process, to the server's, whose end of it has `gateway`/24. */
  connect(name: string, pid: string, gateway: string): void {
    ip('link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}s`)
    ip('link', 'set', name, 'netns', pid)
    ip('link', 'set', `${name}s`, 'netns', String(this.holder.pid))
    this.inside('ip', 'addr', 'add', `${gateway}/24`, 'dev', `${name}s`)
    this.inside('ip', 'link', 'set', `${name}s`, 'up')
    // Whatever way is taken, it is this address that answers.
    this.inside('ip', 'route', 'change', `${gateway.replace(/\d+$/, '0')}/24`, 'dev', `${name}s`, 'src', this.server)
  }

  /** The server is to be reached by this address too, or not any more: whoever speaks to it then is not answered. */
  answersAt(address: string, answers: boolean): void {
    this.inside('nft', 'add table ip moved')
    const [chain, hook] = answers
      ? ['to', 'nat hook prerouting priority -100']
      : ['gone', 'filter hook prerouting priority -300']
    this.inside('nft', `add chain ip moved ${chain} { type ${hook}; }`)
    this.inside('nft', `add rule ip moved ${chain} ip daddr ${address} ${answers ? `dnat to ${this.server}` : 'drop'}`)
  }

  /**
   * Another way to the server, a VPN or a Wi-Fi beside the cable, with the server's end at `gateway`/24. It is preferred while it is plugged in, and takes
   * only what has an address of its own, as a VPN's server does.
   */
  anotherWay(name: string, gateway: string): OtherWay {
    const there = `${name}s`
    const mac = '02:00:00:00:00:01'
    ip('link', 'add', name, 'type', 'veth', 'peer', 'name', there, 'address', mac)
    this.others.push(name)
    ip('link', 'set', there, 'netns', String(this.holder.pid))
    this.inside('ip', 'addr', 'add', `${gateway}/24`, 'dev', there)
    this.inside('ip', 'link', 'set', there, 'up')
    this.inside('sysctl', '-q', `net.ipv4.conf.${there}.rp_filter=1`)
    return {
      plugIn: (address) => {
        ip('addr', 'add', `${address}/24`, 'dev', name)
        ip('link', 'set', name, 'up')
        // Known without asking: whoever asks with an address that is not of this way is not answered.
        ip('neigh', 'replace', gateway, 'lladdr', mac, 'dev', name, 'nud', 'permanent')
        ip('route', 'add', `${this.server}/32`, 'via', gateway, 'dev', name)
      },
      pullOut: () => {
        ip('addr', 'flush', 'dev', name)
        ip('link', 'set', name, 'down')
      },
    }
  }

  close(): void {
    this.holder.kill('SIGKILL')
    for (const name of [near, ...this.others]) {
      try {
        ip('link', 'del', name)
      } catch {
        // It went with the other end.
      }
    }
  }

  inside(...command: string[]): void {
    const [program, ...args] = command
    const [entering, all] = this.entering(program ?? '', args)
    execFileSync(entering, all, { stdio: 'ignore' })
  }
}

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'ignore' })

const namespaceOf = (pid: number | undefined): string =>
  execFileSync('readlink', [`/proc/${pid}/ns/net`], { encoding: 'utf8' }).trim()
