/*
 * Calls that hear each other: those of its parties whose sound is on are mixed while there are two or more of them; everybody else
 * sends the microphone as if there were no conference. Level-triggered: it looks at what its parties are, not at what happened.
 */
import type { Clock } from '../../../common/clock'
import { done, refused, type Result } from '../../../common/errors'
import type { Log } from '../../../common/log'
import { Mixer, type PartySound } from './mixer'

export interface Party {
  /** What it brings while its sound is on; null: it neither hears nor is heard. */
  readonly sound: PartySound | null
  /** Sends this instead of the microphone; null: the microphone itself. Resolves when that is so. */
  sendMix(mix: MediaStreamTrack | null): Promise<void>
}

export interface ConferenceNeeds {
  readonly clock: Clock
  readonly log: Log
  /** A new context that plays nowhere. */
  createContext(): AudioContext
}

/** A sound system that does not start within this never does, ms. */
const startMs = 2_000
/** Looks without a movement of time after which a mixer counts as dead. */
const stillLooks = 4

export class Conference<P extends Party> {
  readonly #parties = new Set<P>()
  /** Who sends a mix now, and is in the mixer. */
  readonly #mixed = new Set<P>()
  #mixer: Mixer<P> | null = null
  #settling: Promise<Result> | null = null
  #unsettled = false
  /** Looks since its time last moved. */
  #still = 0

  constructor(private readonly needs: ConferenceNeeds) {}

  get size(): number {
    return this.#parties.size
  }

  /** Whether there is something to mix. */
  get isDue(): boolean {
    return this.#due().length > 0
  }

  add(party: P): Promise<Result> {
    this.#parties.add(party)
    return this.settle()
  }

  remove(party: P): Promise<Result> {
    this.#parties.delete(party)
    return this.settle()
  }

  /**
   * Mixes as the parties are now. Who is to be silent is so at once; resolves when all hear what they should. Fails with `failed` when the sound system does
   * not start; then everyone hears the microphone alone.
   */
  settle(): Promise<Result> {
    this.#leave(this.#due())
    this.#unsettled = true
    this.#settling ??= this.#settle()
    return this.#settling
  }

  /** Loudness of each far end that is mixed, root mean square, 0 to 1. */
  levels(): Map<P, number> {
    return this.#mixer?.levels() ?? new Map<P, number>()
  }

  /** To be called four times a second while `isDue`: a mixer that died or did not start is made anew. */
  look(): void {
    if (this.#settling !== null) return
    this.#still = this.#mixer?.isMoving() ? 0 : this.#still + 1
    if (this.#still < stillLooks || !this.isDue) return
    this.needs.log.warn('the mixer stands still; making it anew')
    void this.restart()
  }

  /** Mixes anew, after the sound system died. */
  restart(): Promise<Result> {
    this.#still = 0
    this.#mixer?.close()
    this.#mixer = null
    return this.settle()
  }

  async #settle(): Promise<Result> {
    let result: Result = done
    try {
      while (this.#unsettled) {
        this.#unsettled = false
        result = await this.#mix()
      }
      return result
    } finally {
      this.#settling = null
    }
  }

  async #mix(): Promise<Result> {
    await this.#leave(this.#due())
    if (!this.isDue) return done
    const mixer = (this.#mixer ??= new Mixer(this.needs.createContext(), this.needs.clock))
    const running = await mixer.starts(startMs)
    // It was closed meanwhile, by everyone's leaving or by a restart; either has asked to settle again.
    if (mixer !== this.#mixer) return done
    if (!running) {
      this.needs.log.error('the mixer does not start')
      await this.#leave([])
      return refused('failed', 'the sound system does not start')
    }
    await Promise.all(
      this.#due().map((party) => {
        if (party.sound === null) return
        this.#mixed.add(party)
        return party.sendMix(mixer.put(party, party.sound))
      }),
    )
    return done
  }

  /** Those who are to be mixed: none, or two and more. */
  #due(): P[] {
    const open = [...this.#parties].filter(({ sound }) => sound !== null)
    return open.length > 1 ? open : []
  }

  /** Sends everyone else's microphone as it is; nobody left to mix, the sound system is closed. */
  async #leave(staying: readonly P[]): Promise<void> {
    const gone = [...this.#mixed].filter((party) => !staying.includes(party))
    for (const party of gone) {
      this.#mixed.delete(party)
      this.#mixer?.remove(party)
    }
    const mixer = staying.length === 0 ? this.#mixer : null
    if (mixer !== null) this.#mixer = null
    await Promise.all(gone.map((party) => party.sendMix(null)))
    mixer?.close()
  }
}
