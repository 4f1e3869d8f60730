/*
 * What main may ask of the engine and what the engine tells main, whoever the engine is: the real page behind a port
 * (engine-host.ts) or a test's. Main parses no SIP and touches no media; it has only this.
 */
import type { EngineCommand, EngineReport, IncomingOffer, Verdict } from '../../common/contract/engine'
import type { Result } from '../../common/errors'

export interface Engine {
  /**
   * Asks for one thing. Resolves with the engine's answer; `engine-unavailable` when there is no engine or it dies
   * before it answered. Never rejects.
   */
  request(command: EngineCommand): Promise<Result>
}

/** What the owner of an engine is told. Called in order, never re-entrantly from `request`. */
export interface EngineDelegate {
  /** A fresh engine page is there: it knows no account and no call. */
  engineReady(): void
  /** The engine page died or was replaced: every call in it is gone (CallKit's providerDidReset). */
  engineLost(): void
  engineReported(report: EngineReport): void
  /** An INVITE waits for `answer`, to be called once, before anything rings: at once, for every millisecond delays the 180. */
  engineAsked(offer: IncomingOffer, answer: (verdict: Verdict) => void): void
}
