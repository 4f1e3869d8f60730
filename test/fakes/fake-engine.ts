/*
 * An engine for tests: it remembers what it was told and answers at once, unless a test says otherwise. Made of the
 * contract's types, so that a change of the contract breaks it at compile time. It speaks no SIP.
 */
import type { EngineCommand } from '../../common/contract/engine'
import { done, type Result } from '../../common/errors'
import type { Engine } from '../../main/engine/engine'

type CommandType = EngineCommand['type']

export class FakeEngine implements Engine {
  readonly commands: EngineCommand[] = []
  private readonly answers = new Map<CommandType, Result | 'silent'>()
  private readonly open: { type: CommandType; resolve: (result: Result) => void }[] = []

  request(command: EngineCommand): Promise<Result> {
    this.commands.push(command)
    const answer = this.answers.get(command.type) ?? done
    if (answer !== 'silent') return Promise.resolve(answer)
    return new Promise((resolve) => this.open.push({ type: command.type, resolve }))
  }

  /** From now on commands of this type are answered so, or not at all until `reply`. */
  answerTo(type: CommandType, answer: Result | 'silent'): void {
    this.answers.set(type, answer)
  }

  /** Answers the oldest command of this type that waits. */
  reply(type: CommandType, result: Result = done): void {
    const index = this.open.findIndex((one) => one.type === type)
    const [waiting] = index < 0 ? [] : this.open.splice(index, 1)
    if (!waiting) throw new Error(`no ${type} waits for an answer`)
    waiting.resolve(result)
  }

  /** What it was told so far, e.g. `['dial', 'audio on', 'reject 486']`; forgotten afterwards. */
  heard(): string[] {
    return this.commands.splice(0).map(inWords)
  }
}

function inWords(command: EngineCommand): string {
  switch (command.type) {
    case 'reject':
      return `reject ${command.status}`
    case 'setHeld':
      return command.held ? 'hold' : 'resume'
    case 'setMuted':
      return command.muted ? 'mute' : 'unmute'
    case 'playDtmf':
      return `dtmf ${command.digits}`
    case 'audio':
      return command.on ? 'audio on' : 'audio off'
    default:
      return command.type
  }
}
