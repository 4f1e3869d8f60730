/*
 * A whole engine between a main and a server that a test plays: the real PhoneEngine on the real sip.js and guard, with virtual time,
 * a scripted server and media without sound. Everything that goes up is checked against the contract.
 */
import * as v from 'valibot'
import { vi } from 'vitest'
import { noFeatures, usualConnection, usualNumbers } from '../../../common/account'
import { systemClock } from '../../../common/clock'
import {
  engineUpSchema,
  type EngineAccount,
  type EngineCommand,
  type EngineDown,
  type EngineReport,
  type EngineUp,
  type IncomingOffer,
  type Verdict,
} from '../../../common/contract/engine'
import type { EnginePagePort } from '../../../common/contract/port'
import type { Result } from '../../../common/errors'
import { PhoneEngine, type EngineParts } from '../../../renderer/engine/phone-engine'
import { reportLog } from '../../../renderer/engine/report-log'
import { FakeMediaEngine, makeSdp } from './fake-engine-media'
import { ScriptedPeer, fresh, type RequestParts, type Said } from './scripted-peer'

export const aliceAccount: EngineAccount = {
  id: 'work',
  name: 'Work',
  uri: 'sip:alice@example.com',
  server: 'ws://pbx.example.com/ws',
  username: 'alice',
  displayName: 'Alice',
  certificate: null,
  enabled: true,
  features: noFeatures,
  connection: usualConnection,
  numbers: usualNumbers,
  password: 'secret',
  turnPassword: null,
  instanceId: 'urn:uuid:5d1c8a9e-1b7c-4f6e-9a52-0123456789ab',
}

type Typed<T extends EngineReport['type']> = Extract<EngineReport, { type: T }>

export class EngineBench {
  readonly peer = new ScriptedPeer()
  readonly media = new FakeMediaEngine()
  readonly reports: EngineReport[] = []
  readonly offers: IncomingOffer[] = []
  /** Main's word on an incoming call; null: main is not there. */
  verdict: Verdict | null = { type: 'alert' }
  readonly engine: PhoneEngine
  readonly #replies = new Map<number, (result: Result) => void>()
  #toPage: (message: EngineDown) => void = () => {}
  #nextId = 1

  /** `openSocket`: what takes the place of the peer's sockets. */
  constructor({ openSocket, gateway = null }: Partial<Pick<EngineParts, 'openSocket' | 'gateway'>> = {}) {
    const port: EnginePagePort = {
      send: (message) => this.#receive(v.parse(engineUpSchema, structuredClone(message))),
      onMessage: (listener) => {
        this.#toPage = listener
      },
      onClose: () => {},
    }
    this.engine = new PhoneEngine({
      port,
      log: reportLog(port),
      clock: systemClock,
      random: () => 0.5,
      newCallId: () => crypto.randomUUID(),
      openSocket: openSocket ?? this.peer.server.open,
      media: this.media,
      demo: null,
      gateway,
    })
    this.engine.start()
  }

  /** Asks as main does; resolves with the engine's reply. */
  request(command: EngineCommand): Promise<Result> {
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#replies.set(id, resolve)
      this.#toPage({ kind: 'command', id, command: structuredClone(command) })
    })
  }

  /** As `request`, with time for everything that follows at once. */
  async ask(command: EngineCommand): Promise<Result> {
    const reply = this.request(command)
    await this.settle()
    return reply
  }

  async register(account: Partial<EngineAccount> = {}): Promise<void> {
    await this.ask({ type: 'register', account: { ...aliceAccount, ...account } })
  }

  /** An outgoing call up to the INVITE. */
  async dial(
    target = 'sip:bob@example.com',
    referral: string | null = null,
  ): Promise<{ callId: string; invite: Said; reply: Result }> {
    const callId = crypto.randomUUID()
    const reply = await this.ask({ type: 'dial', callId, accountId: 'work', target, referral })
    const invite = this.peer.requests('INVITE').at(-1)
    if (invite === undefined) throw new Error(`no INVITE was sent: ${JSON.stringify(reply)}`)
    return { callId, invite, reply }
  }

  /** An outgoing call that was answered and speaks. */
  async talk(answer = makeSdp()): Promise<{ callId: string; invite: Said }> {
    const { callId, invite } = await this.dial()
    this.peer.reply(invite, 180)
    await this.settle()
    this.peer.reply(invite, 200, [], answer)
    await this.settle()
    return { callId, invite }
  }

  /** Bob calls; resolves when main was asked and its verdict carried out. */
  async ring(
    parts: RequestParts = {},
  ): Promise<{ callId: string; parts: Required<Pick<RequestParts, 'callId' | 'branch'>> }> {
    const named = { callId: fresh('in-'), branch: fresh('z9hG4bKin'), body: makeSdp(), ...parts }
    this.peer.request({ method: 'INVITE', ...named })
    await this.settle()
    return { callId: this.offers.at(-1)?.callId ?? '', parts: named }
  }

  /** An incoming call that was answered, acknowledged and speaks. */
  async answered(): Promise<{ callId: string; sipCallId: string; toTag: string; reply: Result }> {
    const { callId, parts } = await this.ring()
    const answering = this.request({ type: 'answer', callId })
    await this.settle()
    const toTag = this.toTag('INVITE')
    this.peer.request({
      method: 'ACK',
      uri: this.contactUri(),
      callId: parts.callId,
      to: `<sip:alice@example.com>;tag=${toTag}`,
    })
    await this.settle()
    return { callId, sipCallId: parts.callId, toTag, reply: await answering }
  }

  /** A request from the far end inside the dialog of an incoming call. */
  inDialog(dialog: { sipCallId: string; toTag: string }, parts: RequestParts): void {
    this.peer.request({
      uri: this.contactUri(),
      callId: dialog.sipCallId,
      to: `<sip:alice@example.com>;tag=${dialog.toTag}`,
      ...parts,
    })
  }

  /** A request from the far end inside the dialog of an outgoing call answered with the default tag. */
  inOutgoingDialog(invite: Said, parts: RequestParts): void {
    this.peer.request({
      uri: this.contactUri(),
      callId: invite.header('call-id'),
      from: `${invite.header('to')};tag=peertag`,
      to: invite.header('from'),
      ...parts,
    })
  }

  toTag(method: string): string {
    const tag = this.peer
      .responses(method)
      .at(-1)
      ?.header('to')
      .match(/;tag=([^;]+)/)?.[1]
    if (tag === undefined) throw new Error(`no tagged response to ${method}`)
    return tag
  }

  contactUri(): string {
    const contact = this.peer
      .requests('REGISTER')[0]
      ?.header('contact')
      .match(/<([^>]+)>/)?.[1]
    if (contact === undefined) throw new Error('never registered')
    return contact
  }

  reported<T extends EngineReport['type']>(type: T): Typed<T>[] {
    return this.reports.filter((report): report is Typed<T> => report.type === type)
  }

  get registration(): Typed<'registration'>['registration'] | undefined {
    return this.reported('registration').at(-1)?.registration
  }

  get ended(): Typed<'ended'> | undefined {
    return this.reported('ended').at(-1)
  }

  /** Lets everything happen that takes no time, then `ms` of virtual time. */
  async settle(ms = 0): Promise<void> {
    for (let i = 0; i < 20; i++) await Promise.resolve()
    await vi.advanceTimersByTimeAsync(ms)
    for (let i = 0; i < 100; i++) await Promise.resolve()
  }

  #receive(message: EngineUp): void {
    switch (message.kind) {
      case 'report':
        this.reports.push(message.report)
        return
      case 'reply': {
        const { id, error } = message
        const result: Result = error
          ? { ok: false, code: error.code, ...(error.detail !== null && { detail: error.detail }) }
          : { ok: true, value: undefined }
        this.#replies.get(id)?.(result)
        this.#replies.delete(id)
        return
      }
      case 'ask':
        this.offers.push(message.offer)
        if (this.verdict !== null) this.#toPage({ kind: 'verdict', id: message.id, verdict: this.verdict })
        return
      case 'pong':
        return
    }
  }
}
