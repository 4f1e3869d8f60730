/*
 * The browser sessions the pages live in, each with no more than it needs: the windows reach nothing, the engine reaches
 * the servers of the accounts in use, a probe reaches one server and is made only when somebody asks why it is not reached.
 */
import { session, type App, type Session } from 'electron'
import type { Log } from '../../common/log'
import { handleAppProtocol } from './app-protocol'
import { CertificatePolicy, type CertificatePolicyOptions } from './certificate-policy'
import { ConnectionGate } from './connection-gate'
import { ConnectionProbe } from './connection-probe'
import { guardNavigation } from './navigation-guard'
import { applySessionPolicy } from './session-policy'

export interface SessionsOptions {
  readonly app: App
  /** The folder of the built pages. */
  readonly pages: string
  /** Whose certificates the user trusts. */
  readonly accounts: CertificatePolicyOptions['accounts']
  readonly log: Log
}

export interface Sessions {
  readonly engine: Session
  readonly ui: Session
  /** Which servers the engine may reach. */
  readonly gate: ConnectionGate
  readonly certificates: CertificatePolicy
  /** Why a server is not reached. */
  readonly probe: ConnectionProbe
  /** The servers' names are looked up anew: Chromium keeps an address for a minute, however short its life is said to be. */
  readonly forgetNames: () => void
}

export function openSessions({ app, pages, accounts, log }: SessionsOptions): Sessions {
  const gate = new ConnectionGate()
  const certificates = new CertificatePolicy({ accounts, log })
  certificates.guardErrors(app)
  guardNavigation(app, { pages: ['ui', 'engine', 'alert', 'bar'], log })

  const engine = session.fromPartition('engine')
  gate.guard(engine, 'app:')
  applySessionPolicy(engine, 'engine')
  certificates.guard(engine)
  // Which servers it may reach is the gate's to say, at the network.
  handleAppProtocol(engine, { root: pages, pages: ['engine'], connectTo: () => ['ws:', 'wss:'] })

  const ui = session.fromPartition('persist:ui')
  applySessionPolicy(ui, 'ui')
  handleAppProtocol(ui, { root: pages, pages: ['ui', 'alert', 'bar'] })

  const probe = new ConnectionProbe({
    fetch: (url, init) => {
      // Made when first needed: most phones never ask.
      const asking = session.fromPartition('probe')
      applySessionPolicy(asking, 'engine')
      certificates.guard(asking)
      return asking.fetch(url, init)
    },
    refusedCertificate: (server) => certificates.refusedFor(server),
  })
  const forgetNames = (): void => void engine.clearHostResolverCache().catch(() => {})
  return { engine, ui, gate, certificates, probe, forgetNames }
}
