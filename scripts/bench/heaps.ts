/*
 * What a running phone really holds, process by process: everybody collects all garbage first, main and the utility processes by collect-garbage.cjs, the
 * pages by the debugger's protocol. What is left is in use, and may be compared. It must not know what the phone does.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import WebSocket from 'ws'
import { until } from '../../test/support/until'
import { costs } from './process-tree'

/** One process of the phone after its garbage was collected. */
export interface Held {
  readonly role: string
  /** What JavaScript holds, its buffers among it, KB; null: a process without JavaScript. */
  readonly heapKb: number | null
  /** Proportional set size, KB. */
  readonly memoryKb: number
}

interface Said {
  readonly count: number
  readonly bytes: number
}

export class Heaps {
  readonly #folder = mkdtempSync(join(tmpdir(), 'patchcord-heaps-'))

  /** What the phone must be started with. */
  get env(): NodeJS.ProcessEnv {
    const collector = join(import.meta.dirname, 'collect-garbage.cjs')
    return { NODE_OPTIONS: `--require ${collector}`, PATCHCORD_BENCH_HEAPS: this.#folder }
  }

  /** Likewise. */
  readonly args = ['--remote-debugging-port=0']

  /** @param profile where the phone keeps its things */
  async read(root: number, profile: string): Promise<readonly Held[]> {
    const pages = await collectPages(profile)
    const said = new Map(await Promise.all(this.#pids().map(async (pid) => [pid, await this.#collect(pid)] as const)))
    await pause(1_000)
    const all = costs(root)
    const renderers = all.filter(({ role }) => role === 'renderer')
    return all.map(({ pid, role, memoryMb }) => {
      const page =
        renderers.length === pages.length && role === 'renderer'
          ? pages[renderers.findIndex((one) => one.pid === pid)]
          : undefined
      const bytes = said.get(pid)?.bytes ?? page
      return { role, heapKb: bytes === undefined ? null : bytes / 1024, memoryKb: memoryMb * 1024 }
    })
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #pids(): number[] {
    return readdirSync(this.#folder)
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && existsSync(`/proc/${pid}`))
  }

  async #collect(pid: number): Promise<Said> {
    const { count } = this.#said(pid)
    process.kill(pid, 'SIGUSR2')
    await until(() => this.#said(pid).count > count, { what: `process ${pid} to collect its garbage`, ms: 20_000 })
    return this.#said(pid)
  }

  #said(pid: number): Said {
    return JSON.parse(readFileSync(join(this.#folder, String(pid)), 'utf8')) as Said
  }
}

/** Bytes each page holds. */
async function collectPages(profile: string): Promise<number[]> {
  const [port = ''] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    type: string
    webSocketDebuggerUrl: string
  }[]
  return Promise.all(
    targets.filter(({ type }) => type === 'page').map(({ webSocketDebuggerUrl }) => collectPage(webSocketDebuggerUrl)),
  )
}

async function collectPage(url: string): Promise<number> {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  let id = 0
  const ask = (method: string): Promise<Record<string, number>> =>
    new Promise((resolve) => {
      const mine = ++id
      const take = (data: WebSocket.RawData): void => {
        const { id: of, result } = JSON.parse((data as Buffer).toString()) as {
          id?: number
          result?: Record<string, number>
        }
        if (of !== mine) return
        socket.off('message', take)
        resolve(result ?? {})
      }
      socket.on('message', take)
      socket.send(JSON.stringify({ id: mine, method }))
    })
  for (let i = 0; i < 3; i++) await ask('HeapProfiler.collectGarbage')
  const { usedSize = 0, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage')
  socket.close()
  return usedSize + embedderHeapUsedSize + backingStorageSize
}
