/*
 * The gateway as a process of its own (Electron's utilityProcess): started, spoken to and ended here, and joined to the engine page by
 * a channel that does not pass through main. It knows nothing of what is said.
 */
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron'
import type { GatewayProcess } from '../engine/gateway-host'

export interface UtilityGatewayOptions {
  /** The built program. */
  readonly entry: string
  /** Hands one end of a channel to the engine page. */
  readonly giveToEngine: (port: MessagePortMain) => void
}

export class UtilityGateway implements GatewayProcess {
  private child: UtilityProcess | null = null

  constructor(private readonly options: UtilityGatewayOptions) {}

  start(listeners: Parameters<GatewayProcess['start']>[0]): void {
    this.kill()
    const child = utilityProcess.fork(this.options.entry, [], { serviceName: 'Patchcord gateway', stdio: 'ignore' })
    this.child = child
    child.on('message', (message: unknown) => {
      if (this.child === child) listeners.onReport(message)
    })
    child.on('exit', (code) => {
      if (this.child !== child) return
      this.child = null
      listeners.onGone(`exit ${code}`)
    })
  }

  send(command: Parameters<GatewayProcess['send']>[0]): void {
    this.child?.postMessage(command)
  }

  join(): void {
    if (!this.child) return
    const { port1, port2 } = new MessageChannelMain()
    this.child.postMessage({ type: 'engine' }, [port1])
    this.options.giveToEngine(port2)
  }

  kill(): void {
    const { child } = this
    this.child = null
    child?.kill()
  }
}
