/*
 * Better words for why an account is not registered with one of several servers, each asked for once: the engine page only knows that a connection failed,
 * and says so again with every proof of another server. It asks nobody itself.
 */
import type { AccountId, Registration } from '../../common/account'
import type { Flow } from '../../common/account-flows'

export interface FlowReasonsOptions {
  /** What the network layer saw of a failed registration with this server. Never rejects. */
  readonly explain: (accountId: AccountId, server: string, registration: Registration) => Promise<Registration>
  /** Something is known better than before. */
  readonly onBetter: (accountId: AccountId) => void
}

type Failed = Extract<Registration, { state: 'failed' }>

interface Reason {
  /** As the engine said it. */
  readonly said: Failed['reason']
  /** What is better than that; null: nothing is known. */
  words: Pick<Failed, 'reason' | 'certificate'> | null
}

export class FlowReasons {
  private readonly reasons = new Map<AccountId, ReadonlyMap<string, Reason>>()

  constructor(private readonly options: FlowReasonsOptions) {}

  /** With what is known by now; what is not will be told by `onBetter`. */
  explained(accountId: AccountId, flows: readonly Flow[]): readonly Flow[] {
    const before = this.reasons.get(accountId)
    const reasons = new Map<string, Reason>()
    const explained = flows.map((flow) => {
      const { server, registration } = flow
      const known = before?.get(server)
      // One that is tried again and fails in the same way fails for the same reason.
      if (registration.state === 'registering' && known) reasons.set(server, known)
      if (registration.state !== 'failed') return flow
      const reason = known?.said === registration.reason ? known : this.ask(accountId, server, registration)
      reasons.set(server, reason)
      return { ...flow, registration: { ...registration, ...reason.words } }
    })
    if (reasons.size > 0) this.reasons.set(accountId, reasons)
    else this.reasons.delete(accountId)
    return explained
  }

  private ask(accountId: AccountId, server: string, said: Failed): Reason {
    const reason: Reason = { said: said.reason, words: null }
    void this.options.explain(accountId, server, said).then((words) => {
      if (this.reasons.get(accountId)?.get(server) !== reason || words === said || words.state !== 'failed') return
      reason.words = { reason: words.reason, certificate: words.certificate }
      this.options.onBetter(accountId)
    })
    return reason
  }
}
