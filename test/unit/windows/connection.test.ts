import { describe, expect, test } from 'vitest'
import type { RefusedCertificate } from '../../../common/account'
import { ConnectionGate } from '../../../main/windows/connection-gate'
import { ConnectionProbe, explain } from '../../../main/windows/connection-probe'

describe('the gate to the network', () => {
  test('lets the engine reach the servers of accounts, by any path, and nothing else', () => {
    const gate = new ConnectionGate()
    const close = gate.allow('wss://PBX.example:8089/ws')
    expect(gate.allows('wss://pbx.example:8089/ws?x=1')).toBe(true)
    for (const other of [
      'wss://pbx.example/ws',
      'ws://pbx.example:8089/ws',
      'https://pbx.example:8089/',
      'wss://evil',
      'no url',
    ]) {
      expect(gate.allows(other)).toBe(false)
    }
    close()
    expect(gate.allows('wss://pbx.example:8089/ws')).toBe(false)
  })

  test('stays open while one of two accounts on a server is left', () => {
    const gate = new ConnectionGate()
    const first = gate.allow('wss://pbx.example/ws')
    const second = gate.allow('wss://pbx.example/other')
    first()
    first()
    expect(gate.allows('wss://pbx.example/ws')).toBe(true)
    second()
    expect(gate.allows('wss://pbx.example/ws')).toBe(false)
  })
})

describe('the reason of a failed connection', () => {
  test.each([
    [{ error: 'net::ERR_CONNECTION_REFUSED' }, 'unreachable'],
    [{ error: 'net::ERR_NAME_NOT_RESOLVED' }, 'unknown-host'],
    [{ error: 'net::ERR_CERT_AUTHORITY_INVALID' }, 'certificate'],
    [{ error: 'net::ERR_SSL_PROTOCOL_ERROR' }, 'no-websocket'],
    [{ error: 'net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH' }, 'old-tls'],
    [{ error: 'net::ERR_SSL_CLIENT_AUTH_CERT_NEEDED' }, 'client-certificate'],
    [{ error: 'net::ERR_SSL_SERVER_CERT_BAD_FORMAT' }, 'certificate'],
    [{ error: 'net::ERR_INVALID_HTTP_RESPONSE' }, 'no-websocket'],
    [{ error: 'The operation was aborted due to timeout' }, 'unreachable'],
    [{ error: 'Redirect was cancelled' }, 'no-websocket'],
    [{ status: 404 }, 'no-websocket'],
    [{ status: 426 }, 'no-websocket'],
    [{ status: 502 }, 'server-error'],
  ])('%j means %s', (outcome, reason) => {
    expect(explain(outcome)).toBe(reason)
  })

  test('asks the same host and port over HTTP and brings the refused certificate along', async () => {
    const refused: RefusedCertificate = { host: 'pbx', fingerprint: 'ab', subject: 'pbx', issuer: 'pbx', error: 'x' }
    const asked: string[] = []
    const probe = new ConnectionProbe({
      fetch: (url) => {
        asked.push(url)
        return Promise.reject(new Error('net::ERR_CERT_AUTHORITY_INVALID'))
      },
      refusedCertificate: () => refused,
    })
    expect(await probe.explain('wss://pbx.example:8089/ws')).toEqual({ reason: 'certificate', certificate: refused })
    expect(asked).toEqual(['https://pbx.example:8089/ws'])
  })
})
