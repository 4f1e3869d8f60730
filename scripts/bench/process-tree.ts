/*
 * What a program and all its children cost, as Linux counts it: memory and processor time. Read from /proc, so that
 * measuring runs nothing inside what is measured.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Linux reports processor time to programs in hundredths of a second, whatever its own clock. */
const tickMs = 10

/** Proportional set size of all processes below and with `root`, MB (1 MB = 1024 KB, as other tools count). */
export function memoryMb(root: number): number {
  let kilobytes = 0
  for (const pid of tree(root)) kilobytes += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)
  return kilobytes / 1024
}

/** Memory per process, largest first: its role and MB. */
export function memoryByProcess(root: number): { role: string; mb: number }[] {
  return tree(root)
    .map((pid) => ({
      role: roleOf(read(`/proc/${pid}/cmdline`)),
      mb: Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024,
    }))
    .sort((a, b) => b.mb - a.mb)
}

/** Processor time used so far by the processes that live now, ms; children that have ended and been waited for count. */
export function processorMs(root: number): number {
  let ticks = 0
  for (const pid of tree(root)) {
    const fields = statOf(pid)
    // utime, stime, cutime, cstime: proc(5)
    if (fields) for (const index of [11, 12, 13, 14]) ticks += Number(fields[index])
  }
  return ticks * tickMs
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
