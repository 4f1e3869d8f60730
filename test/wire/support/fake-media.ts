/*
 * Media for a user agent in Node: descriptions without sound. A test may hold it back, to look at what happens meanwhile.
 */
import type { SessionDescriptionHandler, SessionDescriptionHandlerFactory } from 'sip.js'
import { SDP } from './scripted-peer'

export class FakeMedia implements SessionDescriptionHandler {
  /** Awaited before each description; a test replaces it. */
  static gate: () => Promise<void> = () => Promise.resolve()
  closed = false

  close(): void {
    this.closed = true
  }
  hasDescription(contentType: string): boolean {
    return /^application\/sdp/i.test(contentType)
  }
  async getDescription(): Promise<{ body: string; contentType: string }> {
    await FakeMedia.gate()
    return { body: SDP, contentType: 'application/sdp' }
  }
  async setDescription(): Promise<void> {
    await FakeMedia.gate()
  }
  rollbackDescription(): Promise<void> {
    return Promise.resolve()
  }
  sendDtmf(): boolean {
    return true
  }
}

export const fakeMedia: SessionDescriptionHandlerFactory = () => new FakeMedia()
