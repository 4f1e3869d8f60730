/*
 * The start-up story of the phone, and the only place where its parts are made and joined. Read it from top to bottom:
 * before Electron is ready, the profile, the calls, the engine, the windows, what the computer does about it, the doors.
 */
import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { app, Menu, nativeTheme, powerMonitor, protocol } from 'electron'
import appIcon from '../build/icons/256x256.png?asset'
import type { Account } from '../common/account'
import { systemClock } from '../common/clock'
import { done, refused } from '../common/errors'
import type { Notice } from '../common/phone-state'
import { DoNotDisturbTimer } from './callkit/dnd-timer'
import { parseCommandLine, type CommandLine } from './command-line'
import { isControlCommand, runControlVerb } from './control/control-client'
import { ControlServer } from './control/control-server'
import { ControlVerbs } from './control/control-verbs'
import { openDirectories } from './directory/open-directories'
import { EngineHost } from './engine/engine-host'
import { GatewayHost } from './engine/gateway-host'
import { openServers } from './engine/open-servers'
import { Registrar } from './engine/registrar'
import { SipProvider } from './engine/sip-provider'
import { UtilityGateway } from './os/gateway-process'
import { askUser } from './os/ask-user'
import { eraseMarked, markForErasure } from './os/erase-profile'
import { desktopFocus, type DesktopFocus } from './os/focus/desktop-focus'
import { directoryProcess } from './os/directory-process'
import { leaveOrderly } from './os/leave'
import { createLog } from './os/log'
import { desktopNotifications } from './os/notifications/desktop-notifications'
import { watchNetwork } from './os/network'
import { watchPower } from './os/power'
import { electronSafeStorage } from './os/safe-storage'
import { selfTest } from './os/self-test'
import { openElectronStore } from './os/settings-store'
import { startAtLogin } from './os/start-at-login'
import { setSwitches } from './os/switches'
import { accountStates } from './phone/account-states'
import { CallViews } from './phone/call-views'
import { sourcesOf, type KnownPeople } from './phone/caller-sources'
import { makeCalls } from './phone/calls'
import { makePolicy } from './phone/policy'
import { makePeople, type People } from './phone/people'
import { openProfile } from './phone/profile'
import { startReactions } from './phone/reactions'
import { SpeechLog } from './phone/speech-log'
import { hear } from './phone/reports'
import { PhoneStore } from './phone-store'
import { Colleagues } from './server/colleagues'
import { Messages } from './server/messages'
import { Reachability } from './reach/reachability'
import { CallArchive } from './recents/call-archive'
import { ReminderFile } from './recents/reminder-file'
import { AppliedSettings } from './settings/apply-settings'
import { importAccounts } from './settings/import-accounts'
import { AlertWindow } from './windows/alert-window'
import { pageUrl, registerAppScheme } from './windows/app-protocol'
import { EngineWindow } from './windows/engine-window'
import { openSessions } from './windows/sessions'
import { makeWindows } from './windows/windows'
import { performAccounts } from './wishes/accounts'
import { performCalls } from './wishes/calls'
import { performContacts } from './wishes/contacts'
import { performDirectory } from './wishes/directory'
import { performNumbers } from './wishes/numbers'
import { performRecents } from './wishes/recents'
import { performServers } from './wishes/servers'
import { performSettings } from './wishes/settings'
import { Wishes } from './wishes/wishes'

const appId = 'app.patchcord.Patchcord'
const ownArguments = process.argv.slice(process.defaultApp ? 2 : 1)

if (isControlCommand(ownArguments)) {
  // `patchcord status` of an installed phone: the same client as bin/patchcord.mjs, without starting a phone.
  void runControlVerb(ownArguments, { lenient: true }).then((code) => app.exit(code))
} else {
  begin(parseCommandLine(ownArguments))
}

function begin(given: CommandLine): void {
  // Chromium has no sandbox for root; every page is written for one all the same.
  if (process.getuid?.() !== 0) app.enableSandbox()
  app.setName('Patchcord')
  app.setAppUserModelId(appId)
  if (given.userData) app.setPath('userData', given.userData)
  setSwitches(app)
  if (given.selfTest) return void selfTest(app, join(import.meta.dirname, 'self-test.js'))
  if (!app.requestSingleInstanceLock()) return app.exit(0)
  // What its user wanted erased goes before anything of it is opened again.
  eraseMarked(app.getPath('userData'), true)
  registerAppScheme(protocol)
  // The module must end before Electron becomes ready: no top-level await here.
  void app.whenReady().then(() => start(given))
}

async function start(given: CommandLine): Promise<void> {
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

  // The profile: settings, accounts, history.
  const { keeper, vault, accounts, history, notices } = openProfile({
    folder,
    openStore: openElectronStore,
    safeStorage: electronSafeStorage,
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
  const { registry, switchboard, forwarding, verbs } = makeCalls({
    clock,
    log,
    settings: () => keeper.current,
    policy,
    accounts: () => store.current.accounts,
    history: (call) => history.remember(call),
    focusOf: (callId) => sip.focusOf(callId),
  })
  registry.observe((calls) => history.follow(calls))
  const speech = new SpeechLog({ clock, log, isAllowed: () => keeper.current.researchDataGeneration })
  registry.observe((calls) => speech.follow(calls))
  const views = new CallViews(registry, store, policy)
  const settings: AppliedSettings = new AppliedSettings({
    keeper,
    onChange: (now) => {
      store.put({ settings: now })
      doNotDisturb.sync()
      policy.quiet.sync()
      history.expire()
      colleagues.sync()
    },
    onAudio: (audio) => void host.request({ type: 'useAudio', audio }),
    onTheme: (theme) => (nativeTheme.themeSource = theme),
    onStartAtLogin: (enabled) => startAtLogin(enabled, app, log),
  })
  const doNotDisturb: DoNotDisturbTimer = new DoNotDisturbTimer({
    clock,
    settings: () => keeper.current,
    change: (patch) => settings.change(patch),
  })

  // The engine, in a session of its own that reaches the accounts' servers and nothing else.
  const preload = join(import.meta.dirname, '../preload/port.cjs')
  const sessions = openSessions({
    app,
    pages: join(import.meta.dirname, '../renderer'),
    accounts: () => [...accounts.list, ...registrar.tried],
    log,
  })
  const page = new EngineWindow({ url: pageUrl('engine'), preload, session: sessions.engine })
  const host = new EngineHost({
    page,
    clock,
    log,
    onHealth: (engine) => store.put({ engine }),
  })
  // What speaks SIP without WebSocket: a process that is there only while an account needs it.
  const gateway = new GatewayHost({
    process: new UtilityGateway({
      entry: join(import.meta.dirname, 'gateway.js'),
      giveToEngine: (port) => page.giveGatewayPort(port),
    }),
    clock,
    log,
    allowWebSocket: (url) => sessions.gate.allow(url),
    onRoute: () => showAccounts(),
  })
  const registrar: Registrar = new Registrar({
    engine: host,
    clock,
    accounts: () => accounts.list,
    credentials: (id) => accounts.credentials(id),
    allow: (account) => openServers(account, sessions.gate, gateway),
    explain: (server) => sessions.probe.explain(server),
    onChange: (registrations) => {
      reachability.registrations(accounts.list, registrations)
      colleagues.registrations(registrations)
      showAccounts()
      for (const [id, { state }] of registrations) if (state === 'registered') void sip.sayFarewell(id)
    },
  })
  const sip: SipProvider = new SipProvider({
    engine: host,
    clock,
    log,
    switchboard,
    accounts: () => accounts.list,
    forward: (offer, admitted) => forwarding.atOnce(offer, admitted),
    look: (offer) => policy.callers.look(offer),
    normal: (handle, accountId) => policy.numbers.normal(handle, accountId),
    ignoreSeconds: () => keeper.current.ringSeconds,
    referred: (from, to) => history.referred(from, to),
  })
  const reachability: Reachability = new Reachability({
    clock,
    log,
    path: join(folder, 'last-proofs.json'),
    newId: randomUUID,
    send: (command) => {
      if (command.type === 'reconnect') gateway.networkChanged()
      void host.request(command)
    },
    onReach: () => showAccounts(),
    onAway: (away) => store.put({ away }),
  })
  // What the servers offer besides calls.
  const addressOf = (number: string, { uri }: Pick<Account, 'uri'>) => policy.numbers.dialTarget(number, uri)
  const colleagues: Colleagues = new Colleagues({
    accounts: () => accounts.list,
    watched: () => keeper.current.colleagues,
    addressOf,
    send: (command) => void host.request(command),
    onColleagues: (shown) => store.put({ colleagues: shown }),
    onVoicemail: (voicemail) => store.put({ voicemail }),
  })
  const messages = new Messages({
    path: join(folder, 'messages.jsonl'),
    clock,
    log,
    newId: randomUUID,
    normal: (handle, accountId) => policy.numbers.normal(handle, accountId),
    onUnread: (unread) => store.put({ unread }),
  })
  store.put({ unread: messages.unread })
  const showAccounts = (): void =>
    store.put({
      accounts: accountStates(accounts, {
        registrations: registrar.states,
        reachOf: (id) => reachability.reachOf(id),
        routeOf: (id) => gateway.route(id),
      }),
    })
  const accountsChanged = (): void => {
    book.sync()
    sip.sync()
    registrar.sync()
    colleagues.sync()
  }
  doNotDisturb.sync()
  policy.quiet.sync()
  registrar.sync()
  host.start({
    engineReady: () => {
      void host.request({ type: 'useAudio', audio: keeper.current.audio })
      gateway.engineReady()
      registrar.engineReady()
      colleagues.sync(true)
    },
    engineLost: () => {
      gateway.engineLost()
      sip.engineLost()
      registrar.engineLost()
      notify({ id: 'engine-restarted', kind: 'engine-restarted', detail: null })
    },
    engineReported: (report) =>
      hear(report, {
        sip,
        registrar,
        reachability,
        store,
        views,
        recents: history,
        speech,
        colleagues,
        messages,
        send: (message) => windows.api.send(message),
        log,
      }),
    engineAsked: (offer, answer) => sip.engineAsked(offer, answer),
  })

  // The people the user knows; opened when the window is up.
  const book: People = makePeople({
    folder: join(folder, 'contacts'),
    clock,
    log,
    state: () => store.current,
    keyOf: (number) => policy.numbers.keyOf(number),
    rules: () => JSON.stringify(policy.numbers.plan(null)),
    numbersReady: () => policy.numbers.load(),
    secretOf: (id) => directories.secretOf(id),
    onChange: (contacts) => {
      people.contacts = book.contacts
      store.put({ contacts })
      policy.callers.refresh(registry.calls)
    },
  })

  // The windows.
  const wishes = new Wishes({
    calls: performCalls({
      verbs,
      silence: (callId) => views.silence(callId),
      setPrivate: (callId, isPrivate) => policy.privateCalls.set(callId, isPrivate),
    }),
    accounts: performAccounts({
      accounts,
      registrar,
      engine: host,
      secretStorage: () => vault.storage,
      accountsChanged,
    }),
    settings: performSettings({
      engine: host,
      setDoNotDisturb: (on, minutes) => doNotDisturb.set(on, minutes),
      changeSettings: (patch) => settings.change(patch),
      dismissNotice: (id) => store.put({ notices: store.current.notices.filter((notice) => notice.id !== id) }),
    }),
    contacts: performContacts({ contacts: () => book.opened, people: book.search, ask: askUser }),
    recents: performRecents({
      recents: history,
      ask: askUser,
      accountName: (id) => accounts.list.find((account) => account.id === id)?.name ?? '',
      allData: async () => ({
        version: app.getVersion(),
        settings: keeper.current,
        accounts: accounts.list,
        directory: store.current.directory,
        contacts: [...((await book.opened)?.everybody() ?? [])],
        calls: await history.everything(),
      }),
      erase: async () => {
        try {
          markForErasure(folder)
        } catch {
          return refused('storage-failed')
        }
        app.relaunch()
        app.quit()
        return done
      },
    }),
    directory: performDirectory({ directories: () => directories, ask: askUser }),
    numbers: performNumbers({ numbers: policy.numbers, blockList: policy.blockList }),
    servers: performServers({
      accounts: () => store.current.accounts,
      verbs,
      engine: host,
      messages,
      addressOf,
      dismissAway: (id) => reachability.dismiss(id),
    }),
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
  const openWindow = (): void => windows.open()
  if (!given.hidden) windows.open(given.link)
  // The rest of what is remembered, when the window no longer has to wait for it.
  const archive = CallArchive.open(join(folder, 'recents'))
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
    startLoader: directoryProcess(join(import.meta.dirname, 'directory.js')),
    plan: () => policy.numbers.plan(null),
    onChange: (sources) => {
      store.put({ directory: { ...store.current.directory, sources } })
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
    openWindow,
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
      show: openWindow,
      setDoNotDisturb: (on, minutes) => doNotDisturb.set(on, minutes),
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
  app.on('second-instance', (_event, argv, from) => {
    const again = parseCommandLine(argv.slice(1))
    if (again.provision !== null) {
      for (const notice of importAccounts(resolve(from, again.provision), accounts, log)) notify(notice)
      accountsChanged()
    }
    // Started at login beside a phone that runs already: nobody asked for a window.
    if (!again.hidden || again.link !== null) windows.open(again.link)
  })
  app.on('open-url', (_event, url) => windows.open(parseCommandLine([url]).link)).on('activate', openWindow)
  // The phone lives in the tray: a closed window ends nothing.
  app.on('window-all-closed', () => {})
  watchPower(powerMonitor, {
    onSuspend: () => reachability.suspended(),
    onResume: () => {
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
      await Promise.all([gateway.stop(), directories.stop(), book.close()])
      host.stop()
      focus?.dispose()
      center.dispose()
      await control.stop()
      await history.close()
      eraseMarked(folder, false)
    },
  })

  function notify(notice: Notice): void {
    store.put({ notices: [...store.current.notices.filter(({ id }) => id !== notice.id), notice] })
  }
}
