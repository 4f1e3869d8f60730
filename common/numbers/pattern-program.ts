/*
 * Reads a pattern of a dialling rule and makes a program of it for `linear-pattern.ts`. The language is that of JavaScript's
 * regular expressions without what needs going back over the text (look-around, references); it knows nothing of numbers.
 */
import { classes, shifted, type Program, type Step } from './pattern-step'

/** Repetitions are written out, so this bounds what one rule may cost. */
const stepsAtMost = 512
const groupsAtMost = 9
/** Parentheses within parentheses. */
const depthAtMost = 32

class Refused extends Error {}

/** The program, or in words why there is none. Never throws. */
export function programOf(pattern: string): Program | { readonly problem: string } {
  try {
    return new Reader(pattern).program()
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message }
    throw error
  }
}

class Reader {
  private readonly steps: Step[] = []
  private groups = 0
  private depth = 0
  private at = 0
  private readonly characters: readonly string[]

  constructor(pattern: string) {
    this.characters = [...pattern]
  }

  program(): Program {
    this.alternatives()
    if (this.at < this.characters.length) throw new Refused('a ) has no (')
    this.add({ do: 'match' })
    return { steps: this.steps, groups: this.groups }
  }

  private alternatives(): void {
    const begin = this.steps.length
    const ends: number[] = []
    this.sequence()
    while (this.eat('|')) {
      // What is there already becomes the way preferred; a step is put before it.
      this.insert(begin, { do: 'split', first: begin + 1, second: 0 })
      for (const [index, end] of ends.entries()) ends[index] = end + 1
      ends.push(this.add({ do: 'jump', to: 0 }))
      const split = this.steps[begin]
      // The ways before it were shifted as a whole, so they still prefer what they did.
      if (split?.do === 'split') split.second = this.steps.length
      this.sequence()
    }
    for (const end of ends) {
      const jump = this.steps[end]
      if (jump?.do === 'jump') jump.to = this.steps.length
    }
  }

  private sequence(): void {
    while (this.at < this.characters.length && this.next !== '|' && this.next !== ')') this.quantified()
  }

  private quantified(): void {
    const begin = this.steps.length
    const from = this.groups
    const repeatable = this.atom()
    const times = this.times()
    if (times === null) return
    if (!repeatable) throw new Refused('nothing to repeat')
    const [least, most] = times
    const lazy = this.eat('?')
    if (/[*+?{]/.test(this.next ?? '')) throw new Refused('nothing to repeat')
    const piece = this.steps.splice(begin)
    if (this.groups > from && most === 0) throw new Refused('a group that never matches')
    for (let count = 0; count < least; count++) this.copy(piece, begin)
    if (most === Infinity) this.loop(piece, begin, lazy)
    else this.optional(piece, begin, most - least, lazy)
  }

  private loop(piece: readonly Step[], from: number, lazy: boolean): void {
    const split = this.add({ do: 'split', first: 0, second: 0 })
    this.copy(piece, from)
    this.add({ do: 'jump', to: split })
    this.aim(split, split + 1, this.steps.length, lazy)
  }

  private optional(piece: readonly Step[], from: number, times: number, lazy: boolean): void {
    const splits: number[] = []
    for (let count = 0; count < times; count++) {
      splits.push(this.add({ do: 'split', first: 0, second: 0 }))
      this.copy(piece, from)
    }
    for (const split of splits) this.aim(split, split + 1, this.steps.length, lazy)
  }

  private aim(split: number, inside: number, after: number, lazy: boolean): void {
    const step = this.steps[split]
    if (step?.do !== 'split') return
    step.first = lazy ? after : inside
    step.second = lazy ? inside : after
  }

  /** Puts `piece`, which was written for position `from`, at the end. */
  private copy(piece: readonly Step[], from: number): void {
    const shift = this.steps.length - from
    for (const step of piece) this.add(shifted(step, shift, from))
  }

  /** Returns whether what was read may be repeated. */
  private atom(): boolean {
    const one = this.take()
    switch (one) {
      case '(':
        return this.group()
      case '[':
        this.add({ do: 'one', fits: this.set() })
        return true
      case '.':
        this.add({ do: 'one', fits: (character) => !/^[\n\r\u2028\u2029]$/.test(character) })
        return true
      case '^':
        this.add({ do: 'start' })
        return false
      case '$':
        this.add({ do: 'end' })
        return false
      case '*':
      case '+':
      case '?':
      case '{':
        throw new Refused('nothing to repeat')
      case '\\':
        this.add({ do: 'one', fits: this.escaped() })
        return true
      default:
        this.add({ do: 'one', fits: (character) => character === one })
        return true
    }
  }

  private group(): boolean {
    let slot: number | null = null
    if (this.eat('?')) {
      if (!this.eat(':')) throw new Refused('look-around and named groups are not supported')
    } else {
      slot = ++this.groups
      if (slot > groupsAtMost) throw new Refused(`more than ${groupsAtMost} groups`)
      this.add({ do: 'save', slot: slot * 2 })
    }
    if (++this.depth > depthAtMost) throw new Refused('too deeply nested')
    this.alternatives()
    this.depth -= 1
    if (!this.eat(')')) throw new Refused('a ( has no )')
    if (slot !== null) this.add({ do: 'save', slot: slot * 2 + 1 })
    return true
  }

  private set(): (character: string) => boolean {
    const negated = this.eat('^')
    const parts: ((character: string) => boolean)[] = []
    while (!this.eat(']')) {
      const one = this.take()
      if (one === undefined) throw new Refused('a [ has no ]')
      const low = one === '\\' ? this.escapedCharacter() : one
      if (typeof low !== 'string' || this.next !== '-' || this.characters[this.at + 1] === ']') {
        parts.push(typeof low === 'string' ? (character) => character === low : low)
        continue
      }
      this.at += 1
      const end = this.take()
      const high = end === '\\' ? this.escapedCharacter() : end
      if (typeof high !== 'string' || high < low) throw new Refused('a range in [ ] is the wrong way round')
      parts.push((character) => character >= low && character <= high)
    }
    return (character) => parts.some((fits) => fits(character)) !== negated
  }

  private escaped(): (character: string) => boolean {
    const one = this.escapedCharacter()
    return typeof one === 'string' ? (character) => character === one : one
  }

  private escapedCharacter(): string | ((character: string) => boolean) {
    const one = this.take()
    if (one === undefined) throw new Refused('nothing after \\')
    const known = classes[one]
    if (known) return known
    if (/[A-Za-z0-9]/.test(one)) throw new Refused(`\\${one} is not supported`)
    return one
  }

  private times(): readonly [number, number] | null {
    if (this.eat('*')) return [0, Infinity]
    if (this.eat('+')) return [1, Infinity]
    if (this.eat('?')) return [0, 1]
    if (this.next !== '{') return null
    const [whole, least, comma, most] =
      /^\{(\d{1,3})(,?)(\d{0,3})\}/.exec(this.characters.slice(this.at, this.at + 9).join('')) ?? []
    if (whole === undefined) throw new Refused('nothing to repeat')
    this.at += whole.length
    const from = Number(least)
    const to = comma === '' ? from : most === '' ? Infinity : Number(most)
    if (to < from) throw new Refused('numbers in { } are the wrong way round')
    return [from, to]
  }

  private add(step: Step): number {
    if (this.steps.length >= stepsAtMost) throw new Refused('too long')
    return this.steps.push(step) - 1
  }

  private insert(at: number, step: Step): void {
    const rest = this.steps.splice(at)
    this.add(step)
    for (const one of rest) this.add(shifted(one, 1, at))
  }

  private get next(): string | undefined {
    return this.characters[this.at]
  }

  private take(): string | undefined {
    return this.characters[this.at++]
  }

  private eat(one: string): boolean {
    if (this.next !== one) return false
    this.at += 1
    return true
  }
}
