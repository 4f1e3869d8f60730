/*
 * What pages may ask for and where they may go.
 */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { silentLog } from '../../../common/log'
import { guardNavigation, isSentBy, pageOf } from '../../../main/windows/navigation-guard'
import { applySessionPolicy, isPermitted } from '../../../main/windows/session-policy'

const engine = 'app://engine/'
const everyPermission = [
  'geolocation',
  'notifications',
  'midi',
  'midiSysex',
  'clipboard-read',
  'display-capture',
  'fullscreen',
  'openExternal',
  'hid',
  'serial',
  'usb',
  'storage-access',
  'a-permission-of-the-future',
]

test('the engine may open a microphone and choose a speaker, and reach a server on a private network', () => {
  expect(isPermitted('engine', engine, 'media', { mediaTypes: ['audio'] })).toBe(true)
  expect(isPermitted('engine', engine, 'media', { mediaType: 'audio' })).toBe(true)
  for (const permission of ['speaker-selection', 'local-network', 'loopback-network', 'local-network-access']) {
    expect(isPermitted('engine', engine, permission, {})).toBe(true)
  }
})

test('the engine may not open a camera, not even beside the microphone', () => {
  for (const mediaTypes of [['video'], ['audio', 'video'], []]) {
    expect(isPermitted('engine', engine, 'media', { mediaTypes })).toBe(false)
  }
  expect(isPermitted('engine', engine, 'media', { mediaType: 'video' })).toBe(false)
  expect(isPermitted('engine', engine, 'media', {})).toBe(false)
})

test.each(everyPermission)('%s is nobody’s', (permission) => {
  expect(isPermitted('engine', engine, permission, {})).toBe(false)
  expect(isPermitted('ui', 'app://ui/', permission, {})).toBe(false)
})

test('the ui page may have nothing, and another page in the engine’s session neither', () => {
  const audio = { mediaTypes: ['audio'] }
  expect(isPermitted('ui', 'app://ui/', 'media', audio)).toBe(false)
  for (const url of [
    'app://ui/',
    'https://engine/',
    'app://engine.evil/',
    'app://engine/other.html',
    '',
    'about:blank',
  ]) {
    expect(isPermitted('engine', url, 'media', audio)).toBe(false)
  }
  expect(isPermitted('engine', engine, 'media', { ...audio, isMainFrame: false })).toBe(false)
})

test('both ways of asking are answered alike, and devices and downloads are refused', () => {
  const handlers: Record<string, (...args: never[]) => unknown> = {}
  const emitter = new EventEmitter()
  const session = new Proxy(emitter, {
    get: (target, name: string) =>
      name in target ? Reflect.get(target, name) : (handler: () => unknown) => void (handlers[name] = handler),
  })
  applySessionPolicy(session as never, 'engine')
  const call = (name: string, ...args: unknown[]): unknown =>
    (handlers[name] as (...all: unknown[]) => unknown)(...args)
  let decided: boolean | null = null
  const decide = (yes: boolean): void => void (decided = yes)
  call('setPermissionRequestHandler', null, 'media', decide, {
    mediaTypes: ['audio'],
    requestingUrl: engine,
    isMainFrame: true,
  })
  expect(decided).toBe(true)
  call('setPermissionRequestHandler', null, 'geolocation', decide, { requestingUrl: engine, isMainFrame: true })
  expect(decided).toBe(false)
  expect(call('setPermissionCheckHandler', null, 'media', 'app://engine', { mediaType: 'audio' })).toBe(true)
  expect(call('setPermissionCheckHandler', null, 'media', 'app://engine', { mediaType: 'video' })).toBe(false)
  expect(call('setPermissionCheckHandler', null, 'media', 'https://evil.example', { mediaType: 'audio' })).toBe(false)
  expect(call('setDevicePermissionHandler', {})).toBe(false)
  let prevented = false
  emitter.emit('will-download', { preventDefault: () => (prevented = true) })
  expect(prevented).toBe(true)
})

test('the ui’s session leads to no host, the engine’s is left to its gate', () => {
  const proxies = (page: 'ui' | 'engine'): unknown[] => {
    const set: unknown[] = []
    const session = new Proxy(
      {},
      { get: (_, name) => (name === 'setProxy' ? (it: unknown) => set.push(it) : () => {}) },
    )
    applySessionPolicy(session as never, page)
    return set
  }
  expect(proxies('ui')).toMatchObject([{ mode: 'fixed_servers', proxyBypassRules: '<-loopback>' }])
  expect(proxies('engine')).toEqual([])
})

/** A page as the guard sees it, standing at `at`. */
function page(at: string) {
  const app = new EventEmitter()
  guardNavigation(app as never, { pages: ['ui', 'engine'], log: silentLog })
  let openWindow: (details: unknown) => { action: string } = () => ({ action: 'allow' })
  const contents = Object.assign(new EventEmitter(), {
    getURL: () => at,
    setWindowOpenHandler: (handler: typeof openWindow) => void (openWindow = handler),
  })
  app.emit('web-contents-created', {}, contents)
  const goes = (event: string, url: string, isMainFrame = true): boolean => {
    let prevented = false
    contents.emit(event, { url, isMainFrame, preventDefault: () => (prevented = true) }, {}, {})
    return !prevented
  }
  return { goes, open: () => openWindow({ url: 'app://ui/' }).action }
}

test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])(
  '%s leads nowhere but to the page itself',
  (event) => {
    const ui = page('app://ui/')
    expect(ui.goes(event, 'app://ui/')).toBe(true)
    expect(ui.goes(event, 'app://ui/index.html#settings')).toBe(true)
    for (const url of [
      'https://example.com/',
      'app://engine/',
      'app://ui.evil/',
      'app://ui@evil/',
      'app://ui/assets/x.js',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html,x',
      'about:blank',
      'APP://ui/x',
    ]) {
      expect(ui.goes(event, url)).toBe(false)
    }
    expect(ui.goes(event, 'app://ui/', false)).toBe(false)
    expect(page('https://example.com/').goes(event, 'app://ui/')).toBe(false)
  },
)

test('no page opens a window or attaches a webview', () => {
  const ui = page('app://ui/')
  expect(ui.open()).toBe('deny')
  expect(ui.goes('will-attach-webview', '')).toBe(false)
})

test('a message counts only from the main frame of the page it should come from', () => {
  expect(isSentBy('ui', { senderFrame: { url: 'app://ui/', parent: null } })).toBe(true)
  expect(isSentBy('ui', { senderFrame: { url: 'app://engine/', parent: null } })).toBe(false)
  expect(isSentBy('ui', { senderFrame: { url: 'app://ui/', parent: {} } })).toBe(false)
  expect(isSentBy('ui', { senderFrame: { url: 'https://ui/', parent: null } })).toBe(false)
  expect(isSentBy('ui', { senderFrame: null })).toBe(false)
  expect(pageOf('app://ui/assets/x.js', ['ui'])).toBeNull()
})
