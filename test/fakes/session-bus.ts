/*
 * A real D-Bus session bus of the test's own, without service activation: nothing on it that the test did not start.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from '../support/remove-folder'

const configuration = (directory: string): string => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${directory}/bus</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`

export class TestBus {
  readonly #directory = mkdtempSync(join(tmpdir(), 'patchcord-bus-'))
  #process: ChildProcess | null = null

  /** For DBUS_SESSION_BUS_ADDRESS; the same after a restart. */
  readonly address = `unix:path=${this.#directory}/bus`

  static async start(): Promise<TestBus> {
    const bus = new TestBus()
    await bus.up()
    return bus
  }

  /** Starts the daemon (again); resolves when it listens. */
  async up(): Promise<void> {
    const file = join(this.#directory, 'bus.conf')
    writeFileSync(file, configuration(this.#directory))
    const child = spawn('dbus-daemon', [`--config-file=${file}`, '--nofork', '--print-address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#process = child
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`dbus-daemon ended with ${code}`)))
      child.stdout?.once('data', () => resolve())
    })
  }

  /** Ends the daemon, and with it every connection. */
  async down(): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child === null || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    rmSync(join(this.#directory, 'bus'), { force: true })
  }

  async stop(): Promise<void> {
    await this.down()
    removeFolder(this.#directory)
  }
}
