/*
 * The start-up story of the phone, and the only place where its parts are made and joined. Read it from top to bottom:
 * before Electron is ready, the profile, the calls, the engine, the windows, what the computer does about it, the doors.
 */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { app, Menu, nativeTheme, powerMonitor, protocol, session } from 'electron'
import appIcon from '../build/icons/256x256.png?asset'
import { canAnswer, type Call, type CallId } from '../common/call'
import { systemClock } from '../common/clock'
import type { EngineReport } from '../common/contract/engine'
import { noMedia, type MediaQuality } from '../common/media'
import type { CallView, Notice } from '../common/phone-state'
import type { SettingsPatch } from '../common/settings'
import { CallHistory } from './call-history'
import { AudioSession } from './callkit/audio-session'
import { CallController } from './callkit/controller'
import { DoNotDisturbTimer } from './callkit/dnd-timer'
import { PhoneVerbs } from './callkit/phone-verbs'
import { Registry } from './callkit/registry'
import { ResumePolicy } from './callkit/resume-policy'
import { RingTimeout } from './callkit/ring-timeout'
import { Switchboard } from './callkit/switchboard'
import { Watchdog } from './callkit/watchdog'
import { parseCommandLine, type CommandLine } from './command-line'
import { isControlCommand, runControlVerb } from './control/control-client'
import { ControlServer } from './control/control-server'
import { ControlVerbs } from './control/control-verbs'
import { dialTarget } from './engine/dial-target'
import { EngineHost } from './engine/engine-host'
import { Registrar } from './engine/registrar'
import { SipProvider } from './engine/sip-provider'
import { Attention } from './observers/attention'
import { CallBar } from './observers/call-bar'
import { MissedCalls } from './observers/missed-calls'
import { Notifier } from './observers/notifier'
import type { Observer } from './observers/observer'
import { Observers } from './observers/observers'
import { Ringer } from './observers/ringer'
import { TrayObserver } from './observers/tray'
import { WakeLock } from './observers/wake-lock'
import { attentionEffects } from './os/attention-effects'
import { keepAwake } from './os/keep-awake'
import { createLog } from './os/log'
import { setLoginItem } from './os/login-item'
import { desktopNotifications } from './os/notifications/desktop-notifications'
import { watchPower } from './os/power'
import { electronSafeStorage } from './os/safe-storage'
import { openElectronStore } from './os/settings-store'
import { SystemTray } from './os/tray'
import { PhoneStore } from './phone-store'
import { Accounts } from './settings/accounts'
import { HistoryFile } from './settings/history-file'
import { importAccounts } from './settings/import-accounts'
import { SecretVault } from './settings/secret-vault'
import { emptyDocument, parseDocument } from './settings/settings-document'
import { SettingsFile } from './settings/settings-file'
import { SettingsKeeper } from './settings/settings-keeper'
import { AlertWindow } from './windows/alert-window'
import { handleAppProtocol, pageUrl, registerAppScheme } from './windows/app-protocol'
import { callBarCommands } from './windows/call-bar-commands'
import { CallBarWindow } from './windows/call-bar-window'
import { CertificatePolicy } from './windows/certificate-policy'
import { ConnectionGate } from './windows/connection-gate'
import { ConnectionProbe } from './windows/connection-probe'
import { EngineWindow } from './windows/engine-window'
import { guardNavigation } from './windows/navigation-guard'
import { PhoneApi } from './windows/phone-api'
import { PhoneWindow } from './windows/phone-window'
import { applySessionPolicy } from './windows/session-policy'
import { Wishes } from './wishes'

const appId = 'app.patchcord.Patchcord'
/** Everything that must be said on the way out is said within this, ms. */
const farewellMs = 2_000

const ownArguments = process.argv.slice(process.defaultApp ? 2 : 1)
const commandLine = parseCommandLine(ownArguments)

if (isControlCommand(ownArguments)) {
  // `patchcord status` of an installed phone: the same client as bin/patchcord.mjs, without starting a phone.
  void runControlVerb(ownArguments, { lenient: true }).then((code) => app.exit(code))
} else {
  begin(commandLine)
}

function begin(given: CommandLine): void {
  // Chromium has no sandbox for root; every page is written for one all the same.
  if (process.getuid?.() !== 0) app.enableSandbox()
  app.setName('Patchcord')
  app.setAppUserModelId(appId)
  if (given.userData) app.setPath('userData', given.userData)
  setSwitches()
  if (!app.requestSingleInstanceLock()) return app.exit(0)
  registerAppScheme(protocol)
  // The module must end before Electron becomes ready: no top-level await here.
  void app.whenReady().then(() => start(given))
}

function setSwitches(): void {
  // Servers cannot resolve the .local names that would stand for this computer's addresses.
  const disabled = app.commandLine.getSwitchValue('disable-features')
  const features = [...(disabled ? [disabled] : []), 'WebRtcHideLocalIpsWithMdns']
  app.commandLine.appendSwitch('disable-features', features.join(','))
  // The demo line, and a server on this very computer, are reached without any network.
  app.commandLine.appendSwitch('allow-loopback-in-peer-connection')
}

async function start(given: CommandLine): Promise<void> {
  const clock = systemClock
  const profile = app.getPath('userData')
  const log = createLog({
    folder: join(profile, 'logs'),
    level: process.env.PATCHCORD_LOG === 'debug' ? 'debug' : 'info',
    console: !app.isPackaged || process.stderr.isTTY,
  })
  process.on('uncaughtException', (error) => log.error(`uncaught: ${error.stack ?? error.message}`))
  process.on('unhandledRejection', (reason) => log.error(`unhandled rejection: ${String(reason)}`))
  log.info(`Patchcord ${app.getVersion()}, Electron ${process.versions.electron}, ${process.platform}`)
  Menu.setApplicationMenu(null)

  // The profile: settings, accounts, history.
  const file = new SettingsFile({
    folder: profile,
    name: 'settings',
    openStore: openElectronStore,
    parse: parseDocument,
    empty: emptyDocument,
    clock,
    log,
  })
  const settings = new SettingsKeeper(file)
  const vault = new SecretVault(electronSafeStorage, log)
  const accounts = new Accounts({ file, vault })
  const history = new CallHistory({
    file: new HistoryFile({ path: join(profile, 'history.jsonl'), log }),
    onChange: (shown) => store.put({ history: shown }),
  })
  const imported = given.provision === null ? [] : importAccounts(given.provision, accounts, log)

  const store = new PhoneStore(
    {
      revision: 0,
      version: app.getVersion(),
      engine: 'starting',
      accounts: [],
      calls: [],
      silenced: [],
      history: history.shown,
      devices: [],
      settings: settings.current,
      secretStorage: vault.storage,
      notices: [...file.notices, ...imported],
    },
    log,
  )
  nativeTheme.themeSource = settings.current.theme

  // The calls.
  const quality = new Map<string, MediaQuality>()
  const speaking = new Set<CallId>()
  const registry = new Registry({
    clock,
    log,
    history: (call) => {
      history.remember(call)
      quality.delete(call.id)
      speaking.delete(call.id)
    },
  })
  const switchboard = new Switchboard({ clock, log, registry, settings: () => settings.current })
  const controller = new CallController(switchboard)
  const verbs = new PhoneVerbs({
    registry,
    switchboard,
    controller,
    clock,
    accounts: () => store.current.accounts,
    dialTarget,
  })
  new AudioSession(registry, switchboard)
  new RingTimeout({ registry, switchboard, controller, clock, ringSeconds: () => settings.current.ringSeconds })
  new Watchdog({ registry, switchboard, controller, clock, log })
  new ResumePolicy({ registry, switchboard, controller, clock })
  const showCalls = (calls: readonly Call[]): void =>
    store.put({
      calls: calls.map((call): CallView => ({
        call,
        media: quality.get(call.id) ?? noMedia,
        speaking: speaking.has(call.id),
      })),
      silenced: store.current.silenced.filter((id) => calls.some((call) => call.id === id && canAnswer(call))),
    })
  const silence = (callId: CallId): void => {
    const call = registry.find(callId)
    if (call && canAnswer(call)) store.put({ silenced: [...new Set([...store.current.silenced, callId])] })
  }
  registry.observe(showCalls)

  const doNotDisturb: DoNotDisturbTimer = new DoNotDisturbTimer({
    clock,
    settings: () => settings.current,
    change: changeSettings,
  })
  doNotDisturb.sync()

  // The engine, in a session of its own that reaches the accounts' servers and nothing else.
  const pages = join(import.meta.dirname, '../renderer')
  const preload = join(import.meta.dirname, '../preload/port.cjs')
  const gate = new ConnectionGate()
  const certificates = new CertificatePolicy({ accounts: () => [...accounts.list, ...registrar.tried], log })
  const engineSession = session.fromPartition('engine')
  gate.guard(engineSession, 'app:')
  applySessionPolicy(engineSession, 'engine')
  certificates.guard(engineSession)
  certificates.guardErrors(app)
  // Which servers it may reach is the gate's to say, at the network.
  handleAppProtocol(engineSession, { root: pages, pages: ['engine'], connectTo: () => ['ws:', 'wss:'] })
  guardNavigation(app, { pages: ['ui', 'engine', 'alert', 'bar'], log })

  const host = new EngineHost({
    page: new EngineWindow({ url: pageUrl('engine'), preload, session: engineSession }),
    clock,
    log,
    onHealth: (engine) => store.put({ engine }),
  })
  const probe = new ConnectionProbe({
    fetch: (url, init) => {
      // Made when first needed: most phones never ask.
      const asking = session.fromPartition('probe')
      applySessionPolicy(asking, 'engine')
      certificates.guard(asking)
      return asking.fetch(url, init)
    },
    refusedCertificate: (server) => certificates.refusedFor(server),
  })
  const registrar: Registrar = new Registrar({
    engine: host,
    clock,
    accounts: () => accounts.list,
    credentials: (id) => accounts.credentials(id),
    allow: (server) => gate.allow(server),
    explain: (server) => probe.explain(server),
    onChange: (registrations) => {
      store.put({
        accounts: accounts.list.map((account) => ({
          account,
          registration: registrations.get(account.id) ?? { state: 'unregistered' },
          needsPassword: accounts.needsPassword(account.id),
          unprotected: accounts.isUnprotected(account.id),
        })),
      })
      for (const [id, { state }] of registrations) if (state === 'registered') void sip.sayFarewell(id)
    },
  })
  const sip = new SipProvider({ engine: host, clock, log, switchboard, accounts: () => accounts.list })
  const accountsChanged = (): void => {
    sip.sync()
    registrar.sync()
  }
  registrar.sync()
  host.start({
    engineReady: () => {
      void host.request({ type: 'useAudio', audio: settings.current.audio })
      registrar.engineReady()
    },
    engineLost: () => {
      sip.engineLost()
      registrar.engineLost()
      notify({ id: 'engine-restarted', kind: 'engine-restarted', detail: null })
    },
    engineReported: (report) => hear(report),
    engineAsked: (offer, answer) => sip.engineAsked(offer, answer),
  })

  // The windows.
  const uiSession = session.fromPartition('persist:ui')
  applySessionPolicy(uiSession, 'ui')
  handleAppProtocol(uiSession, { root: pages, pages: ['ui', 'alert', 'bar'] })
  const wishes = new Wishes({
    verbs,
    accounts,
    registrar,
    engine: host,
    secretStorage: () => vault.storage,
    accountsChanged,
    setDoNotDisturb: (on, minutes) => doNotDisturb.set(on, minutes),
    changeSettings,
    silence,
    markHistorySeen: () => history.markSeen(),
    clearHistory: () => history.clear(),
    dismissNotice: (id) => store.put({ notices: store.current.notices.filter((notice) => notice.id !== id) }),
  })
  const api = new PhoneApi({
    clock,
    log,
    current: () => store.current,
    perform: (command) => wishes.perform(command),
    // Whatever became of the page, nobody looks at the meter any more.
    onLastPortClosed: () => void host.request({ type: 'setMeter', on: false }),
  })
  store.observe((state) => api.send({ kind: 'state', state }))
  const phoneWindow = new PhoneWindow({
    url: pageUrl('ui'),
    preload,
    session: uiSession,
    icon: appIcon,
    backgroundColor: () => (nativeTheme.shouldUseDarkColors ? '#1c1c1e' : '#ffffff'),
    loadBounds: () => settings.windowBounds,
    saveBounds: (bounds) => void settings.saveWindowBounds(bounds),
    onPort: (port) => api.serve(port),
    onClosed: () => {
      if (!settings.current.closeToTray && registry.live().length === 0) app.quit()
    },
    onCrashed: (why) => log.error(`window: the page is gone (${why})`),
    onFocusChanged: () => callBar.frontChanged(),
  })
  const barApi = new PhoneApi({
    clock,
    log,
    current: () => store.current,
    perform: callBarCommands((command) => wishes.perform(command)),
    onLastPortClosed: () => {},
  })
  store.observe((state) => barApi.send({ kind: 'state', state }))
  const callBar: CallBar = new CallBar({
    surface: new CallBarWindow({
      url: pageUrl('bar'),
      preload,
      session: uiSession,
      backgroundColor: () => (nativeTheme.shouldUseDarkColors ? '#1d1f24' : '#ffffff'),
      loadPlace: () => settings.callBarPlace,
      savePlace: (place) => void settings.saveCallBarPlace(place),
      onPort: (port) => barApi.serve(port),
      onOpenPhone: () => phoneWindow.show(),
      clock,
    }),
    isPhoneInFront: () => phoneWindow.isFocused,
  })
  const openWindow = (): void => phoneWindow.show()
  const openLink = (link: string | null): void => {
    openWindow()
    if (link !== null) api.send({ kind: 'focusDialer', target: link })
  }
  if (!given.hidden) openLink(given.link)

  // What the computer does about it.
  const center = desktopNotifications({
    platform: process.platform,
    clock,
    log,
    // A notification server cannot read inside a package; an installed one has given the desktop the icon by name.
    icon: app.isPackaged ? 'patchcord' : appIcon,
    reserve: new AlertWindow({ url: pageUrl('alert'), preload, session: uiSession }),
  })
  const observers: readonly Observer[] = [
    new Ringer({ setTone: (tone) => void host.request({ type: 'setTone', tone }) }),
    new Notifier({ center, verbs, openWindow, log }),
    new MissedCalls({ center, verbs, openWindow, log }),
    new TrayObserver({
      view: new SystemTray(),
      verbs,
      setDoNotDisturb: (on, minutes) => void doNotDisturb.set(on, minutes),
      clock,
      silence,
      openWindow,
      quit: () => app.quit(),
      log,
    }),
    new Attention({ effects: attentionEffects({ flash: (on) => phoneWindow.flash(on) }) }),
    new WakeLock({ setAwake: keepAwake() }),
    callBar,
  ]
  for (const observer of observers) observer.update(store.current, store.current)
  const reactions = new Observers(observers, log)
  store.observe((now, before) => reactions.update(now, before))

  // The doors.
  const control = new ControlServer({
    userData: profile,
    verbs: new ControlVerbs({
      calls: verbs,
      state: () => store.current,
      electron: process.versions.electron,
      show: openWindow,
    }),
    state: () => store.current,
    observe: (listener) => store.observe(listener),
    electron: process.versions.electron,
    quit: () => app.quit(),
    clock,
    log,
  })
  await control.start()
  app.on('second-instance', (_event, argv, folder) => {
    const again = parseCommandLine(argv.slice(1))
    if (again.provision !== null) {
      for (const notice of importAccounts(resolve(folder, again.provision), accounts, log)) notify(notice)
      accountsChanged()
    }
    // Started at login beside a phone that runs already: nobody asked for a window.
    if (!again.hidden || again.link !== null) openLink(again.link)
  })
  app.on('open-url', (_event, url) => openLink(parseCommandLine([url]).link))
  app.on('activate', openWindow)
  // The phone lives in the tray: a closed window ends nothing.
  app.on('window-all-closed', () => {})
  watchPower(powerMonitor, {
    onSuspend: () => log.info('the computer goes to sleep'),
    onResume: () => void host.request({ type: 'reconnect' }),
  })

  let leaving = false
  app.on('before-quit', (event) => {
    if (leaving) return
    event.preventDefault()
    leaving = true
    log.info('quitting')
    const said = host.request({ type: 'shutdown' })
    const limit = new Promise((resolve) => clock.setTimeout(() => resolve(undefined), farewellMs))
    void Promise.race([said, limit]).then(async () => {
      host.stop()
      center.dispose()
      await control.stop()
      app.exit(0)
    })
  })

  function hear(report: EngineReport): void {
    sip.engineReported(report)
    switch (report.type) {
      case 'registration':
        return registrar.reported(report.accountId, report.registration)
      case 'devices':
        return store.put({ devices: report.devices })
      case 'quality':
        if (!registry.live().some(({ id }) => id === report.callId)) return
        quality.set(report.callId, report.quality)
        return showCalls(registry.calls)
      case 'speaking':
        speaking.clear()
        for (const callId of report.callIds) speaking.add(callId)
        return showCalls(registry.calls)
      case 'level':
        return api.send({ kind: 'level', microphone: report.microphone, speaker: report.speaker })
      case 'fault':
        return log.error(`engine: ${report.code}: ${report.message}`)
      case 'log':
        return log[report.level](`engine: ${report.message}`)
      default:
        return
    }
  }

  function changeSettings(patch: SettingsPatch): ReturnType<SettingsKeeper['change']> {
    const before = settings.current
    // Switched by hand, it stays until it is switched again.
    const result = settings.change('doNotDisturb' in patch ? { doNotDisturbUntil: null, ...patch } : patch)
    if (!result.ok) return result
    const now = result.value
    store.put({ settings: now })
    doNotDisturb.sync()
    if (now.audio !== before.audio) void host.request({ type: 'useAudio', audio: now.audio })
    if (now.theme !== before.theme) nativeTheme.themeSource = now.theme
    if (now.startAtLogin !== before.startAtLogin) {
      const done = setLoginItem(now.startAtLogin, {
        platform: process.platform,
        app,
        command: app.isPackaged
          ? [process.env.APPIMAGE ?? process.execPath]
          : [process.execPath, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), app.getAppPath()],
        configHome: process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'),
      })
      if (!done.ok) log.error(`start at login: ${done.detail ?? done.code}`)
    }
    return result
  }

  function notify(notice: Notice): void {
    store.put({ notices: [...store.current.notices.filter(({ id }) => id !== notice.id), notice] })
  }
}
