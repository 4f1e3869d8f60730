/*
 * A router as stands in homes, between the phone and the server's network: the phone has a private address behind it, and what comes from outside
 * finds the phone only as long as the router remembers who asked. A namespace with a masquerade of nft; it knows nothing of what talks through it.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { until } from '../../support/until'
import type { FarNetwork } from './far-network'

const inside = 'lan0'
const outside = '10.80.0.1'

export class HomeRouter {
  /** What the server sees of the phone. */
  readonly address = '10.80.0.2'
  private firstPort = 20_000

  private constructor(private readonly holder: ChildProcess) {}

  /** The cable of `network` is pulled: all goes through the router. */
  static async open(network: FarNetwork): Promise<HomeRouter> {
    const holder = spawn('unshare', ['-n', 'sleep', 'infinity'], { stdio: 'ignore' })
    const router = new HomeRouter(holder)
    const [pid, ours] = [String(holder.pid), readlinkSync('/proc/self/ns/net')]
    await until(() => readlinkSync(`/proc/${pid}/ns/net`) !== ours, { what: "the router's network" })
    network.pullOut()
    run('ip', 'link', 'add', inside, 'type', 'veth', 'peer', 'name', 'lan1')
    run('ip', 'link', 'set', 'lan1', 'netns', pid)
    run('ip', 'addr', 'add', '192.168.7.2/24', 'dev', inside)
    run('ip', 'link', 'set', inside, 'up')
    run('ip', 'route', 'add', '10.78.0.0/16', 'via', '192.168.7.1')
    network.connect('wan0', pid, outside)
    router.do('ip', 'addr', 'add', '192.168.7.1/24', 'dev', 'lan1')
    router.do('ip', 'link', 'set', 'lan1', 'up')
    router.do('sysctl', '-q', 'net.ipv4.ip_forward=1')
    // What it does not remember the beginning of does not pass.
    router.do('sysctl', '-q', 'net.netfilter.nf_conntrack_tcp_loose=0')
    router.plugIn()
    return router
  }

  /** It forgets who asked whom, as one does that was switched off and on: what goes out from now on has another port. */
  forget(): void {
    this.do('ip', 'link', 'set', 'wan0', 'down')
    this.firstPort = this.firstPort === 50_000 ? 20_000 : this.firstPort + 10_000
    this.plugIn()
  }

  close(): void {
    this.holder.kill('SIGKILL')
    try {
      run('ip', 'link', 'del', inside)
    } catch {
      // It went with the other end.
    }
  }

  private plugIn(): void {
    this.do('ip', 'addr', 'flush', 'dev', 'wan0')
    const ports = `${this.firstPort}-${this.firstPort + 9_999}`
    const out = ['udp', 'tcp'].map((kind) => `oifname wan0 meta l4proto ${kind} masquerade to :${ports};`).join(' ')
    this.do('nft', 'flush ruleset')
    this.do('nft', `table ip home { chain out { type nat hook postrouting priority 100; ${out} }; }`)
    this.do('nft', 'add chain ip home through { type filter hook forward priority 0; }')
    this.do('nft', 'add rule ip home through ct state invalid drop')
    this.do('ip', 'addr', 'add', `${this.address}/24`, 'dev', 'wan0')
    this.do('ip', 'link', 'set', 'wan0', 'up')
    this.do('ip', 'route', 'replace', '10.78.0.0/16', 'via', outside)
  }

  private do(program: string, ...args: string[]): void {
    run('nsenter', '-t', String(this.holder.pid), '-n', program, ...args)
  }
}

const run = (program: string, ...args: string[]): void =>
  void execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
