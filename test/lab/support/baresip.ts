/*
 * A real baresip: a phone of somebody else's making, registered where a test says, that answers by itself, says a tone and writes down
 * what it hears.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../support/until'
import { removeFolder } from '../../support/remove-folder'

export interface BaresipOptions {
  /** The lab's root, or '' for this system's own. */
  readonly root: string
  readonly user: string
  /** `host:port` of the registrar. */
  readonly registrar: string
  readonly password: string
  /** What it says, Hz. */
  readonly hz: number
  /** `srtp-mand`, `srtp`, or nothing. */
  readonly mediaEncryption?: string
  readonly transport?: 'udp' | 'tcp'
  /** By itself, at once; false: it rings. Default true. */
  readonly answers?: boolean
}

export class Baresip {
  private process: ChildProcess | null = null
  private output = ''

  private constructor(private readonly dir: string) {}

  static async start(options: BaresipOptions): Promise<Baresip> {
    const { root, user, registrar, password, hz, mediaEncryption, transport = 'udp', answers = true } = options
    const dir = mkdtempSync(join(root || '/', 'tmp/patchcord-baresip-'))
    const inside = root ? dir.slice(root.length) : dir
    const modules = ['stdio', 'g711', 'opus', 'ausine', 'aufile', 'sndfile', 'srtp', 'account', 'menu', 'cons']
    writeFileSync(
      join(dir, 'config'),
      [
        'module_path /usr/lib/baresip/modules',
        'net_interface v0',
        'audio_path /usr/share/baresip',
        `audio_player aufile,${inside}/heard.wav`,
        `audio_source ausine,${hz}`,
        'ausrc_srate 48000',
        `audio_alert aufile,${inside}/alert.wav`,
        `snd_path ${inside}`,
        ...modules.filter((name) => name !== 'stdio' && name !== 'cons').map((name) => `module ${name}.so`),
        '',
      ].join('\n'),
    )
    const encryption = mediaEncryption ? `;mediaenc=${mediaEncryption}` : ''
    writeFileSync(
      join(dir, 'accounts'),
      `<sip:${user}@${registrar};transport=${transport}>;auth_pass=${password};answermode=${answers ? 'auto' : 'manual'};regint=60;audio_codecs=PCMA${encryption}\n`,
    )
    writeFileSync(join(dir, 'contacts'), '')
    const baresip = new Baresip(dir)
    const args = ['-f', inside]
    const child = root ? spawn('chroot', [root, 'baresip', ...args]) : spawn('baresip', args)
    baresip.process = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (baresip.output += data.toString()))
    await until(() => /200 OK .*\[1 binding/.test(baresip.output) || /\{0\/.*200 OK/.test(baresip.output), {
      what: 'baresip to be registered',
      ms: 10_000,
    }).catch((error: unknown) => {
      baresip.process?.kill('SIGKILL')
      throw new Error(`${String(error)}\n${baresip.output.slice(-3000)}`)
    })
    return baresip
  }

  /** The WAV file of what it heard; null while there is none. */
  heard(): string | null {
    const name = readdirSync(this.dir).find((file) => /^dump-.*-dec\.wav$/.test(file)) ?? 'heard.wav'
    const path = join(this.dir, name)
    return existsSync(path) ? path : null
  }

  log(): string {
    return this.output
  }

  /** Ends it as a person would: it hangs up and takes its registration back. */
  async stop(): Promise<void> {
    const child = this.process
    this.process = null
    if (child?.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const limit = setTimeout(() => child.kill('SIGKILL'), 4_000)
      await gone
      clearTimeout(limit)
    }
    removeFolder(this.dir)
  }
}
