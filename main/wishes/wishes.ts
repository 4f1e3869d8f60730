/*
 * What a person may wish at a window, and which part of the phone fulfils it: one function an area. It holds no state and
 * draws nothing.
 */
import type { UiCommand } from '../../common/contract/ui'
import type { WishOutcome } from '../windows/phone-api'
import { accountWishes, type AccountWish } from './accounts'
import { callWishes, type CallWish } from './calls'
import { contactWishes, type ContactWish } from './contacts'
import { directoryWishes, type DirectoryWish } from './directory'
import { numberWishes, type NumberWish } from './numbers'
import type { Perform } from './outcome'
import { recentWishes, type RecentWish } from './recents'
import { serverWishes, type ServerWish } from './servers'
import { settingsWishes, type SettingsWish } from './settings'

export interface WishesOptions {
  readonly calls: Perform<CallWish>
  readonly accounts: Perform<AccountWish>
  readonly settings: Perform<SettingsWish>
  readonly contacts: Perform<ContactWish>
  readonly recents: Perform<RecentWish>
  readonly directory: Perform<DirectoryWish>
  readonly numbers: Perform<NumberWish>
  readonly servers: Perform<ServerWish>
}

export class Wishes {
  constructor(private readonly areas: WishesOptions) {}

  /** The area of the command, at whose door its type was checked. */
  perform(command: UiCommand): Promise<WishOutcome> {
    const { areas } = this
    if (isOf(command, callWishes)) return areas.calls(command)
    if (isOf(command, accountWishes)) return areas.accounts(command)
    if (isOf(command, settingsWishes)) return areas.settings(command)
    if (isOf(command, contactWishes)) return areas.contacts(command)
    if (isOf(command, recentWishes)) return areas.recents(command)
    if (isOf(command, directoryWishes)) return areas.directory(command)
    if (isOf(command, numberWishes)) return areas.numbers(command)
    if (isOf(command, serverWishes)) return areas.servers(command)
    // A wish of the contract that no area names does not compile.
    return nobodys(command)
  }
}

const isOf = <T extends UiCommand['type']>(
  command: UiCommand,
  types: readonly T[],
): command is Extract<UiCommand, { type: T }> => (types as readonly string[]).includes(command.type)

function nobodys(command: never): never {
  throw new TypeError(`no area for the wish ${String((command as UiCommand).type)}`)
}
