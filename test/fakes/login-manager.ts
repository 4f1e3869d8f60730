/*
 * The part of systemd-logind that tells programs of the computer's sleep, on a system bus of the test's own: it says when it is about to sleep and
 * when it has woken, and lets nobody delay it.
 */
import { Message, type MessageBus, MessageType, NameFlag } from '@jellybrick/dbus-next'
import { busOf } from './notification-server'

const name = 'org.freedesktop.login1'

export class LoginManager {
  /** Matches and calls from others: who asked for what. */
  readonly asked: string[] = []

  private constructor(private readonly bus: MessageBus) {}

  static async start(address: string): Promise<LoginManager> {
    const bus = await busOf(address)
    const manager = new LoginManager(bus)
    bus.addMethodHandler((message) => {
      if (message.type !== MessageType.METHOD_CALL || message.path !== '/org/freedesktop/login1') return false
      manager.asked.push(message.member ?? '')
      bus.send(Message.newError(message, 'org.freedesktop.DBus.Error.NotSupported', 'nobody delays it'))
      return true
    })
    await bus.requestName(name, NameFlag.DO_NOT_QUEUE)
    return manager
  }

  /** true: it is about to sleep; false: it has woken. */
  prepareForSleep(begins: boolean): void {
    const signal = { path: '/org/freedesktop/login1', interface: `${name}.Manager`, member: 'PrepareForSleep' }
    const message = new Message({ ...signal, type: MessageType.SIGNAL, signature: 'b', body: [begins] })
    message.destination = ''
    this.bus.send(message)
  }

  stop(): void {
    this.bus.disconnect()
  }
}
