/*
 * What a program and all its children cost, as Linux counts it: memory and processor time. Read from /proc, so that
 * measuring runs nothing inside what is measured.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Linux reports processor time to programs in hundredths of a second, whatever its own clock. */
const tickMs = 10

export interface ProcessCost {
  readonly pid: number
  /** `main`, or what kind of child Chromium made it. */
  readonly role: string
  /** Proportional set size, MB (1 MB = 1024 KB, as other tools count). */
  readonly memoryMb: number
  /** Processor time used since its start, ms; children that have ended and been waited for count. */
  readonly processorMs: number
}

/** The processes that live now, below and with `root`. */
export function costs(root: number): ProcessCost[] {
  return tree(root).map((pid) => {
    // utime, stime, cutime, cstime: proc(5)
    const ticks = statOf(pid)?.slice(11, 15).map(Number) ?? []
    return {
      pid,
      role: roleOf(read(`/proc/${pid}/cmdline`)),
      memoryMb: Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024,
      processorMs: ticks.reduce((sum, count) => sum + count, 0) * tickMs,
    }
  })
}

/** Other programs that run from the same file: they share its pages, and make a proportional size look smaller. */
export function othersSharing(executable: string, root = -1): number {
  const own = new Set(tree(root))
  return processes().filter((pid) => !own.has(pid) && linkOf(`/proc/${pid}/exe`) === executable).length
}

function tree(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const pid of processes()) {
    const parent = Number(statOf(pid)?.[1] ?? -1)
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const all = [root]
  for (const pid of all) all.push(...(children.get(pid) ?? []))
  return all
}

function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

/** The fields of /proc/PID/stat after the name, which may contain anything. */
function statOf(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`)
  return text ? text.slice(text.lastIndexOf(')') + 2).split(' ') : undefined
}

function roleOf(commandLine: string): string {
  const type = /--type=([\w-]+)/.exec(commandLine)?.[1]
  return /--utility-sub-type=([\w.]+)/.exec(commandLine)?.[1] ?? type ?? 'main'
}

/** Empty when the process has ended in between. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
