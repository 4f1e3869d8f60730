/*
 * The guarding transport on a real WebSocket over loopback: text and binary frames, a refused connection, a server that goes away.
 */
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { SocketFactory } from '../../../renderer/engine/sip/guard/socket'
import { makeRequest } from '../support/scripted-peer'
import { ourAlice } from '../support/user-agents'

const openSocket: SocketFactory = (url, protocol) =>
  new WebSocket(url, protocol) as unknown as ReturnType<SocketFactory>

const servers: WebSocketServer[] = []
const listen = async (): Promise<{ server: WebSocketServer; url: string }> => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'sip' })
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate()
    server.close()
  }
})

describe('on a real socket', () => {
  it('answers text and binary frames, and notices the end', async () => {
    const { server, url } = await listen()
    const said: string[] = []
    server.on('connection', (socket) => socket.on('message', (data) => said.push(String(data))))
    const onLost = vi.fn()
    const alice = await ourAlice({ transport: { url, openSocket }, events: { onLost } })
    const [client] = server.clients
    client?.send(makeRequest({ method: 'OPTIONS', body: null }))
    client?.send(Buffer.from(makeRequest({ method: 'OPTIONS', body: null })))
    client?.send('\r\n\r\n')
    await vi.waitFor(() => expect(said.filter((text) => text.startsWith('SIP/2.0 200'))).toHaveLength(2))
    await vi.waitFor(() => expect(said).toContain('\r\n'))
    client?.terminate()
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledWith('closed 1006'))
    await alice.userAgent.reconnect()
    expect(alice.transport.isConnected()).toBe(true)
    await alice.userAgent.stop()
  })

  it('says that nobody listens', async () => {
    const { server, url } = await listen()
    await new Promise((resolve) => server.close(resolve))
    const alice = await ourAlice({ transport: { url, openSocket } }, undefined, false)
    await expect(alice.userAgent.start()).rejects.toMatchObject({ reason: 'closed' })
  })

  it('may give up while connecting', async () => {
    const { url } = await listen()
    const alice = await ourAlice({ transport: { url, openSocket } }, undefined, false)
    const outcome = alice.userAgent.start().catch((error: unknown) => error)
    await alice.transport.disconnect()
    expect(await outcome).toMatchObject({ reason: 'aborted' })
  })
})
