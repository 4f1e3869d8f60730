/*
 * Which of this computer's addresses leads to another: what the operating system would write as the sender's.
 */
import { createSocket } from 'node:dgram'
import { familyOf, plainAddress, type Endpoint } from './endpoint'

/** null: no way there. Nothing is sent. */
export function addressTowards({ address, port }: Endpoint): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(familyOf(address) === 6 ? 'udp6' : 'udp4')
    const give = (local: string | null): void => {
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.close()
      resolve(local)
    }
    socket.once('error', () => give(null))
    try {
      socket.connect(port, address, (error?: Error) => give(error ? null : plainAddress(socket.address().address)))
    } catch {
      give(null)
    }
  })
}
