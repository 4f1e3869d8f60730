/*
 * The relay by itself in a process, for its benchmark: it is told of descriptions and asked what it cost.
 */
import * as library from 'node-datachannel'
import { systemClock } from '../../common/clock'
import type { DescribeStep } from '../../common/contract/gateway'
import { silentLog } from '../../common/log'
import { createRelays } from '../../gateway/media/create-relays'
import { nativeWebLegs } from '../../gateway/media/native-web-leg'

export type RelayQuestion =
  | { readonly kind: 'describe'; readonly session: string; readonly step: DescribeStep; readonly sdp: string }
  | { readonly kind: 'cost' }

export interface RelayAnswer {
  readonly id: number
  readonly sdp?: string
  readonly processorMs?: number
}

export function runRelay({ srtp }: { readonly srtp: boolean }): void {
  const policy = srtp ? ('required' as const) : ('off' as const)
  const account = { srtp: policy, stun: null, secure: true, server: '127.0.0.1', ports: null }
  const relays = createRelays({
    clock: systemClock,
    log: silentLog,
    account: () => account,
    onRenegotiate: () => {},
    // What this is run by imports nothing later on.
    createWebLeg: nativeWebLegs(systemClock, silentLog, async () => library),
  })
  process.on('message', (question: RelayQuestion & { id: number }) => {
    const answer = (more: Omit<RelayAnswer, 'id'>): void => void process.send?.({ id: question.id, ...more })
    if (question.kind === 'cost') {
      const { user, system } = process.cpuUsage()
      return answer({ processorMs: (user + system) / 1_000 })
    }
    void relays
      .describe(question.session, 'bench', question.step, question.sdp)
      .then((described) => answer(described.ok ? { sdp: described.sdp } : {}))
  })
}
