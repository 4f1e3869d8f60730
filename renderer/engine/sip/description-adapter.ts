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

  constructor(media: CallMedia) {
    this.#media = media
  }

  getDescription(options?: object): Promise<{ body: string; contentType: string }> {
    return this.#watch(this.#media.getDescription((options ?? {}) as DescriptionOptions))
  }

  setDescription(sdp: string): Promise<void> {
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
