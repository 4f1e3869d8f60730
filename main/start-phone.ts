/*
 * The start-up story of the phone, and the only place where its parts are made and joined. Read it from top to bottom:
 * the profile, the calls, the engine, the windows, what the computer does about it, the doors.
 */
import { join } from 'node:path'
import { app, Menu, nativeTheme, powerMonitor } from 'electron'
import appIcon from '../build/icons/256x256.png?asset'
import { systemClock } from '../common/clock'
import type { Watched } from '../common/colleague'
import { DoNotDisturbTimer } from './callkit/dnd-timer'
import { Diagnostics } from './diagnosis/diagnostics'
import { readLog } from './diagnosis/read-log'
import type { CommandLine } from './command-line'
import { ControlServer } from './control/control-server'
import { ControlVerbs } from './control/control-verbs'
import { openDirectories } from './directory/open-directories'
import { UtilityGateway } from './os/gateway-process'
import { askUser } from './os/ask-user'
import { argumentsAfterErasure, eraseMarked, markForErasure } from './os/erase-profile'
import { desktopFocus, type DesktopFocus } from './os/focus/desktop-focus'
import { helperProcess } from './os/helper-process'
import { leaveOrderly } from './os/leave'
import { createLog } from './os/log'
import { desktopNotifications } from './os/notifications/desktop-notifications'
import { watchNetwork } from './os/network'
import { watchPower } from './os/power'
import { electronSafeStorage } from './os/safe-storage'
import { openElectronStore } from './os/settings-store'
import { startAtLogin } from './os/start-at-login'
import { systemFacts } from './os/system-facts'
import { CallViews } from './phone/call-views'
import { sourcesOf, type KnownPeople } from './phone/caller-sources'
import { makeEngine, type PhoneEngine } from './phone/engine'
import { makeWishes } from './phone/wishes'
import { onStartedAgain } from './os/started-again'
import { makeCalls } from './phone/calls'
import { makePolicy } from './phone/policy'
import { watchRoom } from './settings/disk-room'
import { openCarefully } from './phone/open-carefully'
import { makePeople, type People } from './phone/people'
import { openProfile } from './phone/profile'
import { startReactions } from './phone/reactions'
import { SpeechLog } from './phone/speech-log'
import { PhoneStore } from './phone-store'
import { CallArchive } from './recents/call-archive'
import { ReminderFile } from './recents/reminder-file'
import { Searcher } from './search/searcher'
import { AppliedSettings } from './settings/apply-settings'
import { importAccounts } from './settings/import-accounts'
import { AlertWindow } from './windows/alert-window'
import { pageUrl } from './windows/app-protocol'
import { EngineWindow } from './windows/engine-window'
import { openSessions } from './windows/sessions'
import { makeWindows } from './windows/windows'

/** After the window, ms: it comes first. */
const searchReadyMs = 2_000

/** Electron is ready, and no other phone runs on this profile. */
export async function startPhone(given: CommandLine): Promise<void> {
  const clock = systemClock
  const folder = app.getPath('userData')
  const log = createLog({
    folder: join(folder, 'logs'),
    level: process.env.PATCHCORD_LOG === 'debug' ? 'debug' : 'info',
    console: !app.isPackaged || process.stderr.isTTY,
  })
  process.on('uncaughtException', (error) => log.error(`uncaught: ${error.stack ?? error.message}`))
  process.on('unhandledRejection', (reason) => log.error(`unhandled rejection: ${String(reason)}`))
  log.info(`Patchcord ${app.getVersion()}, Electron ${process.versions.electron}, ${process.platform}`)
  Menu.setApplicationMenu(null)

  // What searches runs when somebody does.
  const searcher = new Searcher({
    start: helperProcess(join(import.meta.dirname, 'search.js'), 'Patchcord search'),
    clock,
    log,
    contacts: join(folder, 'contacts'),
    calls: join(folder, 'recents'),
  })

  // The profile: settings, accounts, history.
  const { keeper, vault, accounts, history, notices } = openProfile({
    folder,
    openStore: openElectronStore,
    safeStorage: electronSafeStorage,
    searcher,
    onHistoryChange: (shown, missed) => store.put({ history: shown, missed }),
    listsCallsOf: (accountId) => switchboard.provider(accountId)?.configuration.includesCallsInRecents ?? true,
    clock,
    log,
  })
  const imported = given.provision === null ? [] : importAccounts(given.provision, accounts, log)

  // What the user wishes about callers.
  let focus: DesktopFocus | null = null
  const people: KnownPeople = { contacts: null, directories: null }
  const policy = makePolicy({
    folder,
    clock,
    log,
    settings: () => keeper.current,
    accounts: () => accounts.list,
    history: () => store.current.history,
    registry: () => registry,
    sources: sourcesOf(people),
    desktopIsQuiet: () => focus?.isQuiet === true,
    onBlocked: (blocked) => store.put({ directory: { ...store.current.directory, blocked } }),
    onQuiet: (quiet, before) => {
      store.put({ quiet })
      // Whoever switches it on while it rings means this call too.
      const byHand = quiet.because === 'switch' || quiet.because === 'timer'
      if (byHand && !before.on) for (const { id } of registry.live()) views.silence(id)
    },
    onKnown: (callId, known) => history.learn(callId, known),
    onPrivate: (callId, isPrivate) => history.setPrivate(callId, isPrivate),
    onChange: () => views.refresh(),
  })
  const store = new PhoneStore(
    {
      revision: 0,
      version: app.getVersion(),
      engine: 'starting',
      accounts: [],
      calls: [],
      silenced: [],
      history: history.shown,
      missed: history.missed,
      directory: { sources: [], blocked: policy.blockList.list },
      contacts: { count: 0, atHand: [] },
      voicemail: [],
      colleagues: [],
      unread: [],
      away: [],
      accountTest: null,
      quiet: policy.quiet.current,
      devices: [],
      settings: keeper.current,
      secretStorage: vault.storage,
      notices: [...notices, ...imported],
    },
    log,
  )
  nativeTheme.themeSource = keeper.current.theme

  // The calls.
  const { registry, switchboard, forwarding, autoAnswer, ringing, verbs } = makeCalls({
    clock,
    log,
    settings: () => keeper.current,
    policy,
    accounts: () => store.current.accounts,
    history: (call) => history.remember(call),
    focusOf: (callId) => engine.sip.focusOf(callId),
    onAutoAnswer: () => views.refresh(),
  })
  registry.observe((calls) => history.follow(calls))
  const speech = new SpeechLog({ clock, log, isAllowed: () => keeper.current.researchDataGeneration })
  registry.observe((calls) => speech.follow(calls))
  const views = new CallViews(registry, store, policy, autoAnswer)
  const settings: AppliedSettings = new AppliedSettings({
    keeper,
    onChange: (now) => {
      store.put({ settings: now })
      doNotDisturb.sync()
      policy.quiet.sync()
      history.expire()
      engine.colleagues.sync()
    },
    onAudio: (audio) => void host.request({ type: 'useAudio', audio }),
    onTheme: (theme) => (nativeTheme.themeSource = theme),
    onStartAtLogin: (enabled) => startAtLogin(enabled, app, log),
  })
  const doNotDisturb: DoNotDisturbTimer = new DoNotDisturbTimer({
    clock,
    settings: () => keeper.current,
    change: (patch) => settings.change(patch),
    onSwitch: (on) => policy.quiet.switched(on),
  })

  // The way to the servers. The engine page has a session of its own that reaches the accounts' servers and nothing else.
  const preload = join(import.meta.dirname, '../preload/port.cjs')
  const sessions = openSessions({
    app,
    pages: join(import.meta.dirname, '../renderer'),
    accounts: () => [...accounts.list, ...engine.registrar.tried],
    log,
  })
  const page = new EngineWindow({ url: pageUrl('engine'), preload, session: sessions.engine })
  const gatewayProcess = new UtilityGateway({
    entry: join(import.meta.dirname, 'gateway.js'),
    giveToEngine: (port) => page.giveGatewayPort(port),
  })
  const engine: PhoneEngine = makeEngine({
    clock,
    log,
    folder,
    page,
    gatewayProcess,
    sessions,
    accounts,
    settings: () => keeper.current,
    store,
    policy,
    calls: { switchboard, forwarding },
    views,
    recents: history,
    speech,
    tellWindows: (message) => windows.api.send(message),
    onAccounts: () => book.sync(),
    nameOf: (handle, accountId) => {
      const { key } = policy.numbers.facts(handle, accountId)
      const isTheirs = (one: Watched): boolean => one.accountId === accountId && one.number === handle.value
      const contact = key === null ? null : people.contacts?.byNumber(key)
      return contact?.name ?? keeper.current.colleagues.find(isTheirs)?.name ?? null
    },
  })
  const { host, reachability } = engine
  doNotDisturb.sync()
  policy.quiet.sync()
  engine.start()

  const startLoader = helperProcess(join(import.meta.dirname, 'directory.js'), 'Patchcord directories', {
    megabytes: 2_048,
    clock,
  })
  watchRoom(folder, clock, (isFull) => {
    const others = store.current.notices.filter(({ id }) => id !== 'disk-full')
    store.put({ notices: isFull ? [...others, { id: 'disk-full', kind: 'disk-full', detail: null }] : others })
    if (isFull) log.error('no room on the disk')
  })
  const openDatabase = openCarefully({ clock, log, startLoader, notify: (notice) => store.notify(notice) })

  // The people the user knows; opened when the window is up.
  const book: People = makePeople({
    folder: join(folder, 'contacts'),
    clock,
    log,
    state: () => store.current,
    keyOf: (number) => policy.numbers.keyOf(number),
    rules: () => JSON.stringify(policy.numbers.plan(null)),
    numbersReady: () => policy.numbers.load(),
    searcher,
    secretOf: (id) => directories.secretOf(id),
    openCarefully: openDatabase,
    onChange: (contacts) => {
      people.contacts = book.contacts
      store.put({ contacts })
      policy.callers.refresh(registry.calls)
    },
  })

  // The windows.
  const wishes = makeWishes({
    ask: askUser,
    store,
    accounts,
    settings,
    doNotDisturb,
    policy,
    verbs,
    views,
    engine,
    book,
    searcher,
    recents: history,
    diagnostics: new Diagnostics({
      clock,
      state: () => store.current,
      lastTest: () => engine.accountTests.last,
      ladders: engine.ladders,
      readLog: () => readLog(join(folder, 'logs')),
      system: () => systemFacts(app),
      home: app.getPath('home'),
    }),
    directories: () => directories,
    markForErasure: () => markForErasure(folder),
    relaunch: () => {
      app.relaunch({ args: argumentsAfterErasure(process.argv.slice(1)) })
      app.quit()
    },
  })
  const windows = makeWindows({
    clock,
    log,
    store,
    wishes,
    settings: keeper,
    session: sessions.ui,
    preload,
    icon: appIcon,
    // Whatever became of the page, nobody looks at the meter any more.
    onLastPortClosed: () => void host.request({ type: 'setMeter', on: false }),
    onClosed: () => {
      if (!keeper.current.closeToTray && registry.live().length === 0) app.quit()
    },
  })
  const openWindow = (link: string | null = null): void => {
    windows.open(link)
    // Whoever opens it may search, and should not wait for what is read first.
    clock.setTimeout(() => {
      const { contacts, directory, history } = store.current
      if (contacts.count + directory.sources.length + history.length > 0) searcher.getReady()
    }, searchReadyMs)
  }
  if (!given.hidden) openWindow(given.link)
  // The rest of what is remembered, when the window no longer has to wait for it.
  const recentsFolder = join(folder, 'recents')
  const archive = openDatabase(recentsFolder, 'calls-unreadable', () => CallArchive.open(recentsFolder))
  archive
    .then((opened) => history.useArchive(opened))
    .catch((error: unknown) => log.error(`recents: no archive (${String(error)})`))

  // They are heavy, and nobody can call before an account is registered.
  void policy.numbers.load()
  const directories = openDirectories({
    folder,
    openStore: openElectronStore,
    vault,
    clock,
    log,
    startLoader,
    plan: () => policy.numbers.plan(null),
    onChange: (sources) => {
      store.put({ directory: { ...store.current.directory, sources } })
      searcher.useTables(directories.searched)
      book.sync()
    },
  })
  people.directories = directories
  void directories.start()
  book.open()

  // What the computer does about it.
  focus = desktopFocus({
    platform: process.platform,
    clock,
    log,
    desktop: process.env.XDG_CURRENT_DESKTOP ?? '',
    isWanted: () => keeper.current.followDesktopFocus,
    onChange: () => policy.quiet.sync(),
  })
  const center = desktopNotifications({
    platform: process.platform,
    clock,
    log,
    // A notification server cannot read inside a package; an installed one has given the desktop the icon by name.
    icon: app.isPackaged ? 'patchcord' : appIcon,
    reserve: new AlertWindow({ url: pageUrl('alert'), preload, session: sessions.ui }),
  })
  startReactions({
    clock,
    log,
    store,
    engine: host,
    verbs,
    center,
    reminders: new ReminderFile({ path: join(folder, 'reminders.jsonl'), log }),
    setDoNotDisturb: (on, minutes) => void doNotDisturb.set(on, minutes),
    silence: (callId) => views.silence(callId),
    setSharing: (sharing) => store.put({ sharing }),
    openWindow: () => openWindow(),
    openConversation: (accountId, number) => windows.openWith({ kind: 'showConversation', accountId, number }),
    flash: (on) => windows.phone.flash(on),
    quit: () => app.quit(),
    others: [windows.bar],
  })

  // The doors.
  const electron = process.versions.electron
  const control = new ControlServer({
    userData: folder,
    verbs: new ControlVerbs({
      clock,
      calls: verbs,
      state: () => store.current,
      electron,
      show: () => openWindow(),
      setDoNotDisturb: (on, minutes) => doNotDisturb.set(on, minutes),
      testAccount: (accountId) => engine.accountTests.start(accountId),
    }),
    state: () => store.current,
    observe: (listener) => store.observe(listener),
    observeActions: (listener) => switchboard.actionEvents.observe(listener),
    electron,
    quit: () => app.quit(),
    clock,
    log,
  })
  await control.start()
  onStartedAgain(app, {
    provision: (path) => {
      for (const notice of importAccounts(path, accounts, log)) store.notify(notice)
      engine.accountsChanged()
    },
    openWindow,
  })
  // The phone lives in the tray: a closed window ends nothing.
  app.on('window-all-closed', () => {})
  watchPower(powerMonitor, {
    onSuspend: () => {
      ringing.suspended()
      reachability.suspended()
    },
    onResume: () => {
      ringing.resumed()
      doNotDisturb.sync()
      policy.quiet.sync()
      reachability.resumed()
    },
  })
  const stopWatchingNetwork = watchNetwork({ clock, onChange: (online) => reachability.networkChanged(online) })
  leaveOrderly(app, {
    clock,
    log,
    sayGoodbye: () => host.request({ type: 'shutdown' }),
    close: async () => {
      stopWatchingNetwork()
      reachability.stop()
      searcher.close()
      await Promise.all([engine.stopGateway(), directories.stop(), book.close()])
      host.stop()
      focus?.dispose()
      center.dispose()
      await control.stop()
      await history.close()
      eraseMarked(folder, false)
    },
  })
}
