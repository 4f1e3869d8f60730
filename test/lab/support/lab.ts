/*
 * What every lab test stands on: one Asterisk, one desktop bus with a notification server, and phones on them. Made once
 * per test file and taken down with it.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NotificationServer } from '../../fakes/notification-server'
import { TestBus } from '../../fakes/session-bus'
import { Phone, type PhoneOptions, type ProvisionedAccount } from '../../support/phone'
import { Asterisk } from './asterisk'
import type { FarNetwork } from './far-network'
import { writeTone } from './tone'
import { ensureAsteriskRoot } from '../../../scripts/lab/asterisk-root.mjs'
import { removeFolder } from '../../support/remove-folder'

/** What the microphone of a lab phone plays. */
export const microphoneHz = 800
/** What a second phone's microphone plays: the same tone would be taken for an echo. */
export const otherMicrophoneHz = 1_100
/** What a third one's plays. */
export const thirdMicrophoneHz = 1_420
/** What Asterisk plays where a test has it play. */
export const asteriskHz = 620

export class Lab {
  private readonly phones: Phone[] = []

  private constructor(
    readonly asterisk: Asterisk,
    readonly bus: TestBus,
    readonly desktop: NotificationServer,
    private readonly folder: string,
  ) {}

  /** `files`: Asterisk's configuration where it is not the lab's own, by name. `network`: where it runs, if not in the phone's. */
  static async open(files: Readonly<Record<string, string>> = {}, network?: FarNetwork): Promise<Lab> {
    const folder = mkdtempSync(join(tmpdir(), 'patchcord-lab-'))
    for (const hz of [microphoneHz, otherMicrophoneHz, thirdMicrophoneHz]) writeTone(join(folder, `${hz}.wav`), hz)
    const bus = await TestBus.start()
    const desktop = await NotificationServer.start(bus.address)
    return new Lab(await Asterisk.start({ root: await ensureAsteriskRoot(), files, network }), bus, desktop, folder)
  }

  /** An account of the lab's Asterisk (see asterisk/pjsip.conf). */
  account(user: string, changes: Partial<ProvisionedAccount> = {}): ProvisionedAccount {
    return {
      name: `Line ${user}`,
      uri: `sip:${user}@127.0.0.1`,
      server: this.asterisk.wsUrl,
      username: user,
      password: `correct-horse-${user}`,
      ...changes,
    }
  }

  /**
   * A phone with a tone for a microphone, which is sent as it is unless `rawMicrophone` is false; registered when it has accounts, unless
   * `registered` is false.
   */
  async phone(options: PhoneOptions & { readonly registered?: boolean; readonly hz?: number } = {}): Promise<Phone> {
    const phone = await Phone.start({
      microphone: join(this.folder, `${options.hz ?? microphoneHz}.wav`),
      rawMicrophone: true,
      ...options,
      env: { DBUS_SESSION_BUS_ADDRESS: this.bus.address, ...options.env },
    })
    this.phones.push(phone)
    if (options.accounts && options.registered !== false) await phone.registered()
    return phone
  }

  async close(): Promise<void> {
    for (const phone of this.phones) await phone.dispose()
    await this.asterisk.stop()
    this.desktop.die()
    await this.bus.stop()
    removeFolder(this.folder)
  }
}
