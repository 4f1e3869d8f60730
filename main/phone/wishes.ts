/*
 * Who fulfils what a person wishes at a window: each area of wishes given the parts of the phone it needs, and no more.
 */
import { done, refused, type Result } from '../../common/errors'
import type { DoNotDisturbTimer } from '../callkit/dnd-timer'
import type { PhoneVerbs } from '../callkit/phone-verbs'
import type { DirectoryService } from '../directory/directory-service'
import type { Diagnostics } from '../diagnosis/diagnostics'
import type { PhoneStore } from '../phone-store'
import type { Recents } from '../recents/recents'
import type { Searcher } from '../search/searcher'
import type { Accounts } from '../settings/accounts'
import type { AppliedSettings } from '../settings/apply-settings'
import { performAccounts } from '../wishes/accounts'
import type { AskUser } from '../wishes/ask-user'
import { performCalls } from '../wishes/calls'
import { performContacts } from '../wishes/contacts'
import { performDirectory } from '../wishes/directory'
import { performNumbers } from '../wishes/numbers'
import { performRecents } from '../wishes/recents'
import { performServers } from '../wishes/servers'
import { performSettings } from '../wishes/settings'
import { Wishes } from '../wishes/wishes'
import type { CallViews } from './call-views'
import type { PhoneEngine } from './engine'
import type { People } from './people'
import type { Policy } from './policy'

export interface MakeWishesOptions {
  readonly ask: AskUser
  readonly store: PhoneStore
  readonly accounts: Accounts
  readonly settings: AppliedSettings
  readonly doNotDisturb: DoNotDisturbTimer
  readonly policy: Policy
  readonly verbs: PhoneVerbs
  readonly views: CallViews
  readonly engine: PhoneEngine
  readonly book: People
  readonly searcher: Searcher
  readonly recents: Recents
  readonly diagnostics: Diagnostics
  readonly directories: () => DirectoryService
  /** Marks everything as to be erased; throws when it cannot. */
  readonly markForErasure: () => void
  /** Starts the phone anew. */
  readonly relaunch: () => void
}

export function makeWishes(options: MakeWishesOptions): Wishes {
  const { ask, store, accounts, settings, doNotDisturb, policy, verbs, views, engine, book, recents } = options
  const { host, registrar, reachability, messages } = engine
  return new Wishes({
    calls: performCalls({
      verbs,
      silence: (callId) => views.silence(callId),
      setPrivate: (callId, isPrivate) => policy.privateCalls.set(callId, isPrivate),
    }),
    accounts: performAccounts({
      accounts,
      registrar,
      engine: host,
      secretStorage: () => store.current.secretStorage,
      accountsChanged: () => engine.accountsChanged(),
    }),
    settings: performSettings({
      engine: host,
      setDoNotDisturb: (on, minutes) => doNotDisturb.set(on, minutes),
      changeSettings: (patch) => settings.change(patch),
      ringTone: () => store.current.settings.ringTone,
      dismissNotice: (id) => store.put({ notices: store.current.notices.filter((notice) => notice.id !== id) }),
    }),
    contacts: performContacts({
      contacts: () => book.opened,
      people: book.search,
      searcher: options.searcher,
      keyOf: (number, accountId) => policy.numbers.keyOf(number, accountId),
      ask,
    }),
    recents: performRecents({
      recents,
      ask,
      keyOf: (number) => policy.numbers.keyOf(number),
      accountName: (id) => accounts.list.find((account) => account.id === id)?.name ?? '',
      allData: async () => ({
        version: store.current.version,
        settings: store.current.settings,
        accounts: accounts.list,
        directory: store.current.directory,
        contacts: [...((await book.opened)?.everybody() ?? [])],
        calls: await recents.everything(),
        messages: messages.everything,
      }),
      erase,
    }),
    directory: performDirectory({ directories: options.directories, ask }),
    numbers: performNumbers({ numbers: policy.numbers, blockList: policy.blockList }),
    servers: performServers({
      accounts: () => store.current.accounts,
      verbs,
      engine: host,
      messages,
      addressOf: (number, account) => engine.addressOf(number, account),
      dismissAway: (id) => reachability.dismiss(id),
      accountTests: engine.accountTests,
      diagnostics: options.diagnostics,
      ask,
    }),
  })

  async function erase(): Promise<Result> {
    try {
      options.markForErasure()
    } catch {
      return refused('storage-failed')
    }
    options.relaunch()
    return done
  }
}
