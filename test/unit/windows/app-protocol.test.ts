/*
 * What a page can be served, and under which policy.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, afterAll, expect, test } from 'vitest'
import { registerAppScheme, resolveAppUrl, serve } from '../../../main/windows/app-protocol'
import { connectSourceOf, contentSecurityPolicy } from '../../../main/windows/content-security-policy'

const base = mkdtempSync(join(tmpdir(), 'patchcord-app-'))
const root = join(base, 'renderer')

beforeAll(() => {
  mkdirSync(join(root, 'ui'), { recursive: true })
  mkdirSync(join(root, 'engine'))
  mkdirSync(join(root, 'assets'))
  writeFileSync(join(root, 'ui/index.html'), 'ui page')
  writeFileSync(join(root, 'engine/index.html'), 'engine page')
  writeFileSync(join(root, 'assets/ui-Ab_1-2.js'), 'script')
  writeFileSync(join(root, 'assets/secret.key'), 'secret')
  writeFileSync(join(base, 'outside.js'), 'outside')
  symlinkSync('/etc', join(root, 'assets/etc'))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

const get = (url: string, pages: Parameters<typeof resolveAppUrl>[1] = ['ui'], method = 'GET'): Promise<Response> =>
  serve({ method, url }, { root, pages, connectTo: () => ['wss://pbx.example:8089'] })

test('a page, its script and their policies', async () => {
  const page = await get('app://ui/')
  expect([page.status, await page.text()]).toEqual([200, 'ui page'])
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  expect(page.headers.get('content-security-policy')).toContain("connect-src 'none'")
  const script = await get('app://ui/assets/ui-Ab_1-2.js?v=1')
  expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
  const engine = await get('app://engine/index.html', ['engine'])
  expect(engine.headers.get('content-security-policy')).toContain('connect-src wss://pbx.example:8089;')
})

test('a session is served its own pages only', async () => {
  expect((await get('app://engine/', ['ui'])).status).toBe(404)
  expect((await get('app://ui/', ['engine'])).status).toBe(404)
})

test('only reading is possible', async () => {
  expect((await get('app://ui/', ['ui'], 'POST')).status).toBe(405)
  const head = await get('app://ui/', ['ui'], 'HEAD')
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test.each([
  'app://ui/../outside.js',
  'app://ui/assets/../../outside.js',
  'app://ui/%2e%2e/outside.js',
  'app://ui/assets/%2e%2e/%2e%2e/outside.js',
  'app://ui/assets/..%2f..%2foutside.js',
  'app://ui/assets/%252e%252e/outside.js',
  'app://ui//etc/passwd',
  'app://ui///etc/passwd',
  'app://ui/assets//etc/passwd',
  'app://ui/assets/etc/passwd',
  'app://ui/assets/etc',
  'app://ui/assets/..\\..\\outside.js',
  'app://ui/assets\\ui-Ab_1-2.js',
  'app://ui/C:/Windows/win.ini',
  'app://ui/assets/C:\\Windows\\win.ini',
  'app://ui/assets/ui-Ab_1-2.js\0.html',
  'app://ui/assets/ui-Ab_1-2.js%00.html',
  'app://ui/assets/.hidden.js',
  'app://ui/assets/secret.key',
  'app://ui/assets/missing.js',
  'app://ui/assets/',
  'app://ui/ui/index.html',
  'app://ui/engine/index.html',
  'app://ui@engine/',
  'app://ui:80/',
  'app://UI/',
  'app://ui.evil.example/',
  'app://constructor/',
  'app://__proto__/',
  'app:/ui/',
  'app:///ui/',
  'file:///etc/passwd',
  'http://ui/',
  '',
])('%j is not found', async (url) => {
  expect((await get(url)).status).toBe(404)
})

test('no URL names a file outside the pages', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      const found = resolveAppUrl(`app://ui/${path}`, ['ui'])
      return found === null || /^(?:ui\/index\.html|assets\/[\w.-]+)$/.test(found.file)
    }),
  )
})

test('the scheme is secure and does not go around the policy', () => {
  const registered: unknown[] = []
  registerAppScheme({ registerSchemesAsPrivileged: (schemes) => void registered.push(...schemes) })
  expect(registered).toMatchObject([{ scheme: 'app', privileges: { standard: true, secure: true } }])
  expect(JSON.stringify(registered)).not.toMatch(/bypassCSP|allowServiceWorkers|corsEnabled/)
})

test('the policies leave nothing open', () => {
  for (const page of ['ui', 'engine', 'alert', 'bar', 'gallery'] as const) {
    const policy = contentSecurityPolicy(page, ['wss://pbx.example'])
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*/)
    expect(policy.includes('wss:')).toBe(page === 'engine')
  }
  expect(contentSecurityPolicy('engine')).toContain("connect-src 'none'")
})

test('only origins of servers get into a policy', () => {
  const bad = ["wss://x; script-src 'unsafe-eval'", 'https://x', '*', "'self'", 'wss://*', 'wss://x/path']
  expect(contentSecurityPolicy('engine', bad)).toContain("connect-src 'none'")
  expect(contentSecurityPolicy('engine', ['wss://b', 'ws://[::1]:80', 'wss://b'])).toContain(
    'connect-src ws://[::1]:80 wss://b;',
  )
  expect(connectSourceOf('wss://PBX.example:8089/ws?x=1')).toBe('wss://pbx.example:8089')
  expect(connectSourceOf('ws://[2001:db8::1]/ws')).toBe('ws://[2001:db8::1]')
  expect(connectSourceOf('demo:')).toBeNull()
  expect(connectSourceOf('https://x')).toBeNull()
})
