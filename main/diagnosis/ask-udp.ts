/*
 * Whether somebody speaks SIP at a place that is reached over UDP, where there is no connection to tell: an OPTIONS and its answer. It leaves no
 * socket open.
 */
import type { Clock } from '../../common/clock'
import { Greeting } from '../../gateway/sip/greeting'
import type { Target } from '../../gateway/sip/target'
import { openUdp } from '../../gateway/sip/udp-channel'

export interface UdpAnswer {
  /** Of the answer; null: none came in time. */
  readonly status: number | null
  /** Nobody can be there; null: somebody may. */
  readonly failure: string | null
}

const patienceMs = 2_500

/** `uri`: address of record, which the question comes from. */
export async function askUdp(target: Target, uri: string, clock: Clock, signal: AbortSignal): Promise<UdpAnswer> {
  const greeting = new Greeting()
  let failure: string | null = null
  const opened = await openUdp(clock)(
    { target, domains: [], pin: null, localPort: 0, patienceMs, signal },
    {
      onMessage: (text) => void greeting.takes(text),
      onClosed: () => {
        failure = 'nobody listens there'
        greeting.abandon()
      },
    },
  )
  if (!opened.ok) return { status: null, failure: 'no way there' }
  const { status } = await greeting.ask(opened.channel, { clock, uri, patienceMs, signal })
  opened.channel.close()
  return { status, failure }
}
