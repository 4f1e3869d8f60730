/*
 * UDP on Node's sockets. Every socket's errors are heard: an ICMP message that nobody hears would end the process.
 */
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import type { Udp, UdpSocket } from './udp'

export const nodeUdp: Udp = {
  async bind(port, family) {
    const socket = create(family)
    const bound = await new Promise<boolean>((resolve) => {
      socket.once('listening', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.bind({ port, exclusive: true })
    })
    return bound ? wrap(socket) : null
  },

  async sourceTowards(address) {
    const socket = create(isIPv6(address) ? 6 : 4)
    try {
      return await new Promise<string | null>((resolve) => {
        socket.once('error', () => resolve(null))
        // Nothing is sent: connecting asks the routing table only. The port means nothing.
        socket.connect(9, address, () => resolve(socket.address().address))
      })
    } catch {
      return null
    } finally {
      socket.close()
    }
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

function wrap(socket: Socket): UdpSocket {
  let isOpen = true
  return {
    port: socket.address().port,
    send(packet, { address, port }) {
      if (isOpen) socket.send(packet, port, address, () => {})
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
