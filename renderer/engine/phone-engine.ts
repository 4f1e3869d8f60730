/*
 * The engine, put together: commands from main go to the verbs, what the wire says goes up as reports and questions. It holds the
 * accounts' lines and the calls, and no policy: who may ring, which call is held and what the user sees are main's.
 */
import type { CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type {
  EngineCommand,
  EngineDown,
  EngineReport,
  EngineUp,
  IncomingOffer,
  Verdict,
} from '../../common/contract/engine'
import type { EnginePagePort } from '../../common/contract/port'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { DemoLine } from './demo/demo-line'
import type { MediaEngine } from './media/media'
import type { GatewayLink } from './sip/gateway-link'
import type { SocketFactory } from './sip/guard/socket'
import { Switchboard } from './sip/switchboard'

export interface EngineParts {
  readonly port: EnginePagePort
  readonly openSocket: SocketFactory
  /** null: accounts that need one cannot be registered. */
  readonly gateway: GatewayLink | null
  readonly media: MediaEngine
  readonly log: Log
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  readonly newCallId: () => CallId
  readonly demo: DemoLine | null
}

export class PhoneEngine {
  readonly #parts: EngineParts
  readonly #switchboard: Switchboard
  readonly #verdicts = new Map<number, (verdict: Verdict) => void>()
  #nextQuestion = 1

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#switchboard = new Switchboard({
      clock: parts.clock,
      random: parts.random,
      log: parts.log,
      media: parts.media,
      openSocket: parts.openSocket,
      gateway: parts.gateway,
      demo: parts.demo,
      newCallId: parts.newCallId,
      report: (report) => this.#report(report),
      ask: (offer) => this.#ask(offer),
    })
  }

  /** Begins to listen and says so. */
  start(): void {
    const { port, media } = this.#parts
    port.onMessage((message) => this.#receive(message))
    media.onDevices((devices) => this.#report({ type: 'devices', devices: [...devices].slice(0, 128) }))
    media.onSpeaking((speaking) => {
      this.#report({ type: 'speaking', callIds: this.#switchboard.idsOf(speaking).slice(0, 32) })
    })
    media.onLevel(({ microphone, speaker }) => this.#report({ type: 'level', microphone, speaker }))
    this.#report({ type: 'ready' })
  }

  /** The network came back, says the browser. */
  online(): void {
    this.#switchboard.reconnect()
  }

  /** An error nobody caught. */
  fault(code: string, error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.#report({ type: 'fault', code, message: message.slice(0, 1000) })
  }

  #receive(message: EngineDown): void {
    switch (message.kind) {
      case 'ping':
        return this.#send({ kind: 'pong', id: message.id })
      case 'verdict': {
        const decide = this.#verdicts.get(message.id)
        this.#verdicts.delete(message.id)
        return decide?.(message.verdict)
      }
      case 'command':
        void this.#carryOut(message.id, message.command)
    }
  }

  async #carryOut(id: number, command: EngineCommand): Promise<void> {
    let result: Result
    try {
      result = await this.#perform(command)
    } catch (error) {
      this.fault('command', error)
      result = refused('failed')
    }
    const error = result.ok ? null : { code: result.code, detail: result.detail?.slice(0, 512) ?? null }
    this.#send({ kind: 'reply', id, error })
  }

  #perform(command: EngineCommand): Result | Promise<Result> {
    const calls = this.#switchboard
    const { media, demo } = this.#parts
    switch (command.type) {
      case 'register':
        return calls.register(command.account)
      case 'unregister':
        return calls.unregister(command.accountId)
      case 'dial':
        return calls.dial(command.callId, command.accountId, command.target, command.referral)
      case 'answer':
        return calls.answer(command.callId)
      case 'reject':
        return calls.reject(command.callId, command.status)
      case 'deflect':
        return calls.deflect(command.callId, command.target, command.reason)
      case 'end':
        return calls.end(command.callId)
      case 'setHeld':
        return calls.setHeld(command.callId, command.held)
      case 'setMuted':
        return calls.setMuted(command.callId, command.muted)
      case 'playDtmf':
        return calls.playDtmf(command.callId, command.digits)
      case 'setGroup':
        return calls.setGroup(command.callId, command.groupId)
      case 'transfer':
        return calls.transfer(command.callId, command.target)
      case 'transferToCall':
        return calls.transferToCall(command.callId, command.toCallId)
      case 'refuseReferral':
        return calls.refuseReferral(command.callId)
      case 'audio':
        return calls.setAudio(command.callId, command.on)
      case 'farewell':
        return calls.farewell(command.accountId, command.dialog)
      case 'reconnect':
        if (command.because === 'network') calls.networkChanged()
        else calls.reconnect()
        return done
      case 'setTone':
        media.setTone(command.tone, command.ring)
        return done
      case 'useAudio':
        return media.useAudio(command.audio)
      case 'setMeter':
        return media.setMeter(command.on)
      case 'testEcho':
        return media.testEcho()
      case 'watch':
        return calls.watch(command.accountId, command.targets)
      case 'sendMessage':
        return calls.sendMessage(command.accountId, command.target, command.text)
      case 'testAccount':
        return calls.testAccount(command.accountId, command.echo)
      case 'endAccountTest':
        return calls.endAccountTest()
      case 'tellLadders':
        return calls.tellLadders()
      case 'demoCall':
        return demo?.callBack(command.delayMs) ?? refused('unknown-account')
      case 'shutdown':
        return calls.shutdown()
    }
  }

  #ask(offer: IncomingOffer): Promise<Verdict> {
    const id = this.#nextQuestion++
    return new Promise((resolve) => {
      this.#verdicts.set(id, resolve)
      this.#send({ kind: 'ask', id, offer })
    })
  }

  #report(report: EngineReport): void {
    this.#send({ kind: 'report', report })
  }

  #send(message: EngineUp): void {
    this.#parts.port.send(message)
  }
}
