/*
 * Runs a program to its end and keeps what it said. The caller decides whether that is worth showing.
 * No shell in between, so that nothing needs quoting and Windows is no exception.
 */
import { spawn } from 'node:child_process'
import { basename } from 'node:path'

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} output: stdout and stderr as they came, at most the last 1 MB.
 *   A program that is not there is code 127; one that was killed by a signal is code 1.
 */
export function run(command, args, options = {}) {
  return new Promise((done) => {
    let output = ''
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    const keep = (chunk) => (output = (output + chunk).slice(-1_000_000))
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.once('error', (error) => done({ code: 127, output: output + error.message }))
    child.once('close', (code) => done({ code: code ?? 1, output }))
  })
}

/**
 * npm, on the Node that runs this script where that can be known; `npm.cmd` needs a shell on Windows otherwise.
 * @param {string[]} args plain words only: on Windows they may pass through a shell
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function runNpm(args, options = {}) {
  const cli = process.env.npm_execpath
  if (cli && basename(cli) === 'npm-cli.js') return run(process.execPath, [cli, ...args], options)
  return run('npm', args, { ...options, shell: process.platform === 'win32' })
}
