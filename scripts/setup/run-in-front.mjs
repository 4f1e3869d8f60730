/*
 * Runs a program in this one's place: its output is ours, our signals are its, its end is ours.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { label?: string }} [options] `label`: what each line of its output begins
 *   with, where several programs are in front at once
 * @returns {Promise<number>} exit code; 128 + the signal's number when a signal ended it, as a shell says it
 */
export function runInFront(command, args, { label, ...options } = {}) {
  return new Promise((done, failed) => {
    // A terminal sends its Ctrl-C to a whole process group, npm passes it on once more, and Electron takes a second one
    // as "now": the program gets a group of its own, and each signal once.
    const detached = process.platform !== 'win32'
    const stdio = label === undefined ? 'inherit' : ['inherit', 'pipe', 'pipe']
    const child = spawn(command, args, { stdio, detached, ...options })
    if (label !== undefined) {
      labelLines(child.stdout, process.stdout, label)
      labelLines(child.stderr, process.stderr, label)
    }
    const lastly = new Map()
    const forward = (signal) => {
      if (Date.now() - (lastly.get(signal) ?? 0) < 1000) return
      lastly.set(signal, Date.now())
      child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    child.once('error', failed)
    child.once(label === undefined ? 'exit' : 'close', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      done(code ?? 128 + constants.signals[signal])
    })
  })
}

function labelLines(from, to, label) {
  createInterface({ input: from }).on('line', (line) => to.write(`${label}${line}\n`))
}
