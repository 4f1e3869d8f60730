/*
 * The probe of an account's server with this computer's own names, authorities and sockets. Loaded when the first account is tested.
 */
import type { Clock } from '../../common/clock'
import type { AccountState } from '../../common/phone-state'
import { CachedNames } from '../../gateway/sip/cached-names'
import { systemNames } from '../../gateway/sip/system-names'
import { trustedRoots } from '../../gateway/sip/trusted-roots'
import type { ServerProbe } from './account-tests'
import { Probe } from './probe-server'

export const openProbe = (state: AccountState, clock: Clock, signal: AbortSignal): ServerProbe =>
  new Probe(
    state,
    // Its own: what is tested is what holds now.
    { clock, names: new CachedNames(systemNames(clock), clock), roots: trustedRoots, random: Math.random },
    signal,
  )
