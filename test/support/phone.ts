/*
 * The real, built phone in a profile of its own, driven as a person or a script would: by its control door, its window
 * and its notifications.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountConnection } from '../../common/account'
import { silentLog } from '../../common/log'
import type { HistoryEntry } from '../../common/phone-state'
import { defaultSettings } from '../../common/settings'
import { HistoryFile } from '../../main/recents/history-file'
import { Page } from './page'
import { until } from './until'
import { electronExecutable } from '../../scripts/electron-runtime.mjs'
import { removeFolder } from './remove-folder'

const repository = join(import.meta.dirname, '../..')

/** What `status` prints, as far as tests look at it. */
export interface Status {
  version: string
  electron: string
  accounts: {
    id: string
    name: string
    uri: string
    registration: { state: string; reason: string }
    route: { transport: string; host: string; address: string; port: number; local: string; why: string } | null
    servers?: { server: string; state: string }[]
  }[]
  calls: StatusCall[]
  away: { account: string; from: string; to: string; because: string; newMessages: number | null }[]
}

export interface StatusCall {
  id: string
  direction: 'incoming' | 'outgoing'
  state: string
  handle: { type: string; value: string }
  name: string | null
  muted: boolean
  startedAt: string
  connectedAt: string | null
  autoAnswered: boolean
  diagnosis: { trouble: string; since: string; evidence: string } | null
  media: {
    codec: string | null
    packetsSent: number
    packetsReceived: number
    packetsLost: number
    jitterMs: number | null
    roundTripMs: number | null
    encryption: string | null
  }
}

export interface ProvisionedAccount {
  name: string
  uri: string
  server: string
  username: string
  password: string
  displayName?: string
  certificate?: string
  /** Of common/account.ts, as far as it is not the usual one. */
  connection?: Partial<AccountConnection>
  /** Of common/account.ts, each as it would be dialled. */
  features?: Readonly<Record<string, string>>
}

export interface PhoneOptions {
  /** Arguments after the application, Chromium's switches included. */
  readonly args?: readonly string[]
  readonly accounts?: readonly ProvisionedAccount[]
  readonly env?: Readonly<Record<string, string>>
  /** A profile to start on again; a fresh one when absent. */
  readonly profile?: string
  /** A WAV file the microphone plays; silence-breaking beeps when absent. */
  readonly microphone?: string
  /** The microphone is sent as it is: what cancels echoes and noise takes steady tones for either. Of a fresh profile only. */
  readonly rawMicrophone?: boolean
  /** The command that runs another one, where the phone is not to see this computer as it is. */
  readonly entering?: (program: string, args: readonly string[]) => [string, string[]]
  /** Starts with its window instead of in the tray. */
  readonly shown?: boolean
}

export class Phone {
  readonly startedAt = performance.now()
  private output = ''

  private constructor(
    readonly profile: string,
    readonly process: ChildProcess,
  ) {
    const collect = (data: Buffer): void => void (this.output += data.toString())
    process.stdout?.on('data', collect)
    process.stderr?.on('data', collect)
  }

  /** Starts the phone; resolves when its control door answers. */
  static async start(options: PhoneOptions = {}): Promise<Phone> {
    const profile = options.profile ?? mkdtempSync(join(tmpdir(), 'patchcord-'))
    const settings = join(profile, 'settings.json')
    if (options.rawMicrophone && !existsSync(settings)) {
      const audio = { ...defaultSettings.audio, echoCancellation: false, noiseSuppression: false, autoGain: false }
      writeFileSync(settings, JSON.stringify({ version: 1, settings: { audio }, accounts: [], window: null }))
    }
    const args = ['--user-data-dir=' + profile, '--remote-debugging-port=0', '--use-fake-device-for-media-stream']
    if (process.getuid?.() === 0) args.push('--no-sandbox')
    if (options.microphone) args.push(`--use-file-for-fake-audio-capture=${options.microphone}`)
    if (!options.shown) args.push('--hidden')
    if (options.accounts) {
      const file = join(profile, 'provision.json')
      writeFileSync(file, JSON.stringify({ accounts: options.accounts }))
      args.push(`--provision=${file}`)
    }
    const enter = options.entering ?? ((program, all): [string, string[]] => [program, [...all]])
    const child = spawn(...enter(electronExecutable(), [repository, ...args, ...(options.args ?? [])]), {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const phone = new Phone(profile, child)
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`the phone ended: ${phone.output}`)
        return await phone.status()
      },
      { what: 'the phone to answer', ms: 20_000 },
    )
    return phone
  }

  /** One verb at the control door, by the real command-line client. */
  async control(...words: string[]): Promise<{ code: number; output: Record<string, unknown> }> {
    const client = [join(repository, 'bin/patchcord.mjs'), `--user-data-dir=${this.profile}`, ...words]
    return new Promise((resolve, reject) => {
      execFile(process.execPath, client, { timeout: 15_000 }, (error, stdout, stderr) => {
        try {
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: JSON.parse(stdout || stderr) })
        } catch {
          reject(new Error(`${words.join(' ')}: ${stdout}${stderr}${error ? error.message : ''}`))
        }
      })
    })
  }

  /** A verb that must succeed. */
  async do(...words: string[]): Promise<Record<string, unknown>> {
    const { code, output } = await this.control(...words)
    if (code !== 0) throw new Error(`${words.join(' ')}: ${JSON.stringify(output)}`)
    return output
  }

  async status(): Promise<Status> {
    return (await this.do('status')) as unknown as Status
  }

  /** The calls that have not ended. */
  async calls(): Promise<StatusCall[]> {
    return (await this.status()).calls
  }

  async registered(ms = 15_000): Promise<void> {
    await until(
      async () => (await this.status()).accounts.every(({ registration }) => registration.state === 'registered'),
      {
        what: 'all accounts to be registered',
        ms,
      },
    )
  }

  /** Waits until the only call is in this state, and gives it. */
  async callIn(state: string, ms = 10_000): Promise<StatusCall> {
    let seen = ''
    return until(
      async () => {
        const calls = await this.calls()
        seen = calls.map((call) => call.state).join(', ')
        return calls.find((call) => call.state === state)
      },
      { what: `a call to be ${state}`, ms },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)} (calls: ${seen || 'none'})\n${this.log().slice(-3000)}`)
    })
  }

  async noCalls(ms = 10_000): Promise<void> {
    await until(async () => (await this.calls()).length === 0, { what: 'all calls to be over', ms })
  }

  /** The calls that are over, newest first, as the phone keeps them. */
  recents(): HistoryEntry[] {
    return new HistoryFile({ path: join(this.profile, 'history.jsonl'), log: silentLog }).load()
  }

  page(name: 'ui' | 'engine' | 'alert' | 'bar', ms?: number): Promise<Page> {
    return Page.find(this.profile, `app://${name}/`, ms)
  }

  /** Everything it has logged. */
  log(): string {
    const dir = join(this.profile, 'logs')
    const files = existsSync(dir) ? readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8')) : []
    return files.join('') + this.output
  }

  /** Ends it as a user would, or at once after `ms`. */
  async quit(ms = 5_000): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()))
    await this.control('quit').catch(() => this.process.kill('SIGKILL'))
    const limit = setTimeout(() => this.process.kill('SIGKILL'), ms)
    await gone
    clearTimeout(limit)
  }

  /** Ends it and removes its profile. */
  async dispose(): Promise<void> {
    await this.quit()
    removeFolder(this.profile)
  }
}
