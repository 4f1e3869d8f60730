/*
 * UDP on Node's sockets. Every socket's errors are heard: an ICMP message that nobody hears would end the process.
 */
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { same } from './latch'
import type { Target } from './sdp-model'
import type { Udp, UdpSocket } from './udp'

export const nodeUdp: Udp = {
  async bind(port, family, address) {
    const socket = create(family)
    const bound = await new Promise<boolean>((resolve) => {
      socket.once('listening', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.bind({ port, exclusive: true, ...(address !== undefined && { address }) })
    })
    return bound ? wrap(socket, port) : null
  },

  async sourceTowards(address) {
    const socket = create(isIPv6(address) ? 6 : 4)
    try {
      return await new Promise<string | null>((resolve) => {
        socket.once('error', () => resolve(null))
        // Nothing is sent: connecting asks the routing table only. The port means nothing.
        socket.connect(9, address, (error?: Error) => resolve(error ? null : socket.address().address))
      })
    } catch {
      return null
    } finally {
      socket.close()
    }
  },

  async isOurs(address) {
    // Lists of interfaces leave out those without a carrier, whose addresses are ours all the same.
    const socket = await this.bind(0, isIPv6(address) ? 6 : 4, address)
    socket?.close()
    return socket !== null
  },

  async resolve(host, family) {
    return lookup(host, { family }).then(
      ({ address }) => address,
      () => null,
    )
  },
}

function create(family: 4 | 6): Socket {
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    ipv6Only: family === 6,
    // Every address here is a number; the ordinary way would look each packet's up.
    lookup: (address, _options, callback) => callback(null, address, family),
  })
  socket.on('error', () => {})
  return socket
}

/** What ICMP says of a port nobody listens at, and of a host or network nobody knows a way to. */
const turnedAway = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])

/** `chosen`: the port that was asked for; 0: any, which is lost where a socket was connected for a moment. */
function wrap(socket: Socket, chosen: number): UdpSocket {
  let isOpen = true
  /** Connected to it for a moment: a socket is told of ICMP only then, and takes packets without an address. */
  let asked: { readonly to: Target; heard(error: NodeJS.ErrnoException): void } | null = null
  let isAsking = false
  socket.on('error', (error: NodeJS.ErrnoException) => asked?.heard(error))
  return {
    port: socket.address().port,
    send(packet, to) {
      if (!isOpen) return
      // Nobody asks what became of it, and to be told costs as much as the sending.
      if (asked === null) return socket.send(packet, to.port, to.address)
      if (same(asked.to, to)) socket.send(packet, (error) => void (error && asked?.heard(error)))
    },
    async isTurnedAway(to, ms) {
      // Windows tells nobody.
      if (!isOpen || isAsking || chosen === 0 || process.platform === 'win32') return false
      isAsking = true
      const found = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), ms)
        socket.connect(to.port, to.address, (error?: Error) => {
          if (error || !isOpen) {
            clearTimeout(timer)
            return resolve(false)
          }
          asked = {
            to,
            heard: ({ code = '' }) => {
              if (!turnedAway.has(code)) return
              clearTimeout(timer)
              resolve(true)
            },
          }
        })
      })
      if (asked !== null && isOpen) socket.disconnect()
      asked = null
      isAsking = false
      return found
    },
    onPacket(listener) {
      socket.on('message', (packet, { address, port }) => {
        if (isOpen) listener(packet, { address, port })
      })
    },
    close() {
      if (!isOpen) return
      isOpen = false
      socket.close()
    },
  }
}
