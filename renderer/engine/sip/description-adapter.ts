/*
 * Gives sip.js the media of a call in the form it expects, and remembers why a description failed, which sip.js swallows.
 * It negotiates nothing itself.
 */
import type { SessionDescriptionHandler } from 'sip.js'
import { DescriptionError, type DescriptionFailure, type DescriptionOptions, type CallMedia } from '../media/media'

export class DescriptionAdapter implements SessionDescriptionHandler {
  readonly #media: CallMedia
  /** Why the last description could not be used; null while all went well. */
  failure: DescriptionFailure | null = null
  /** The far end's last description, usable or not. */
  remote: string | null = null
  /** Took its place before sip.js heard of it. */
  #settled: string | null = null

  constructor(media: CallMedia) {
    this.#media = media
  }

  getDescription(options?: object): Promise<{ body: string; contentType: string }> {
    return this.#watch(this.#media.getDescription((options ?? {}) as DescriptionOptions))
  }

  /** The answer to our INVITE is final before its 200 comes, because the far end went on from there; sip.js will say it again once. */
  async settle(answer: string): Promise<void> {
    if (this.#settled === null) await this.setDescription(answer)
    else if (answer !== this.#settled) throw new DescriptionError('not-acceptable', 'another fork was settled on')
    this.#settled = answer
  }

  setDescription(sdp: string): Promise<void> {
    const isSaidAgain = sdp === this.#settled
    this.#settled = null
    if (isSaidAgain) return Promise.resolve()
    this.remote = sdp
    return this.#watch(this.#media.setDescription(sdp))
  }

  hasDescription(contentType: string): boolean {
    return this.#media.hasDescription(contentType)
  }

  rollbackDescription(): Promise<void> {
    return this.#media.rollbackDescription()
  }

  sendDtmf(tones: string): boolean {
    return this.#media.sendDtmf(tones)
  }

  close(): void {
    this.#media.close()
  }

  async #watch<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      this.failure = error instanceof DescriptionError ? error.code : 'media-failed'
      throw error
    }
  }
}
