/*
 * A script that got into one of the phone's pages and tries what a script can: from the inside, with the page's own powers
 * and no more. It knows nothing of what it ought not to reach.
 */
import type { Page } from './page'

/** What came of each attempt: a value as text, or `refused` and the error's name; `waits` when nothing came of it. */
export async function attempt(page: Page, attempts: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const entries = Object.entries(attempts).map(([name, code]) => `[${JSON.stringify(name)}, async () => ${code}]`)
  const expression = `(async () => {
    const later = () => new Promise((resolve) => setTimeout(() => resolve('waits'), 1_000))
    const results = [${entries.join()}].map(async ([name, run]) => {
      try { return [name, String(await Promise.race([run(), later()]))] }
      catch (error) { return [name, 'refused ' + error.name] }
    })
    return Object.fromEntries(await Promise.all(results))
  })()`
  const asAPage = { awaitPromise: true, returnByValue: true, userGesture: true, allowUnsafeEvalBlockedByCSP: false }
  const { result } = await page.send<{ result: { value: Record<string, string> } }>('Runtime.evaluate', {
    expression,
    ...asAPage,
  })
  return result.value
}

/** Sends nonsense, lies and floods through every port the page has to main; gives how many messages went. */
export async function sendForged(page: Page): Promise<number> {
  const { result } = await page.send<{ result: { objectId: string } }>('Runtime.evaluate', {
    expression: 'MessagePort.prototype',
  })
  const { objects } = await page.send<{ objects: { objectId: string } }>('Runtime.queryObjects', {
    prototypeObjectId: result.objectId,
  })
  const sent = await page.send<{ result: { value: number } }>('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    returnByValue: true,
    functionDeclaration: forge,
  })
  return sent.result.value
}

/** Runs with the page's ports as `this`; gives how many messages it sent. */
const forge = `function () {
  const cyclic = {}
  cyclic.self = cyclic
  const id = 9_000_001
  const call = { type: 'call', target: '900', accountId: null }
  const commands = [
    null, 1, 'call', [], {}, { type: 'quit' }, { type: 'constructor' }, { type: '__proto__' }, { ...call, extra: 1 },
    { ...call, target: 900 }, { ...call, target: 'x'.repeat(600) }, { ...call, accountId: {} }, { type: 'call' },
    { type: 'answer', callId: '*' }, { type: 'answer', callId: null }, { type: 'end', callId: ['x'] },
    { type: 'setMuted', callId: crypto.randomUUID(), muted: 'yes' }, { type: 'playDtmf', callId: 'x', digits: 'rm -rf' },
    { type: 'changeSettings', patch: { __proto__: { theme: 'dark' }, nonsense: true } },
    { type: 'changeSettings', patch: { ringSeconds: 1e9 } }, { type: 'removeAccount', accountId: 7 },
    { type: 'addAccount', draft: { name: 'x' }, keep: 'keychain', evenIfUnreachable: true },
    JSON.parse('{"__proto__":{"polluted":true},"type":"tryDemo","more":1}'),
  ]
  const messages = [
    undefined, null, true, 0, NaN, -1, 10n, '', 'x'.repeat(200_000), new Date(), new Map([[cyclic, cyclic]]), new Set([1]),
    /x/, new Error('x'), new Uint8Array(100_000), new ArrayBuffer(8), [], [[[[]]]], cyclic, { id }, { id: '1' },
    { id: NaN, command: call }, { id: -1, command: call }, { id: 1.5, command: call }, { id: {}, command: call },
    { id, command: call, extra: true }, { kind: 'report' }, { kind: 'report', report: { type: 'connected', callId: 'x' } },
    { kind: 'ask', id, offer: { callId: 'x' } }, { kind: 'reply', id: 'x' }, { kind: 'reply', id, error: { code: 1 } },
    { kind: 'verdict', id }, { key: 1 }, { key: 'x', action: {} }, { key: '__proto__', action: 'answer' },
    { key: 'nobody', action: 'answer' }, { key: 'nobody', action: 'constructor' },
    ...commands.map((command) => ({ id, command })),
  ]
  for (let i = 0; i < 300; i++) messages.push({ id: i, command: { type: 'x' + i } })
  let sent = 0
  for (const port of this) {
    for (const message of messages) {
      port.postMessage(message)
      sent++
    }
  }
  return sent
}`
