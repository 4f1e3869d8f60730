/*
 * Why a call ended, in the words of whoever ended it, for the line of details: what a Reason header says (RFC 3326), else the phrase of
 * the answer, else what the number of an ITU-T Q.850 cause stands for. It decides no cause.
 */
import type { Reason } from './end-cause'

/** ITU-T Q.850 section 2.2, those that gateways send. */
const q850: Readonly<Record<number, string>> = {
  1: 'Unallocated number',
  2: 'No route to transit network',
  3: 'No route to destination',
  16: 'Normal call clearing',
  17: 'User busy',
  18: 'No user responding',
  19: 'No answer from user',
  20: 'Subscriber absent',
  21: 'Call rejected',
  22: 'Number changed',
  26: 'Answered elsewhere',
  27: 'Destination out of order',
  28: 'Invalid number format',
  31: 'Normal, unspecified',
  34: 'No circuit available',
  38: 'Network out of order',
  41: 'Temporary failure',
  42: 'Switching equipment congestion',
  47: 'Resource unavailable',
  50: 'Facility not subscribed',
  57: 'Bearer capability not authorized',
  58: 'Bearer capability not available',
  63: 'Service not available',
  65: 'Bearer capability not implemented',
  79: 'Service not implemented',
  88: 'Incompatible destination',
  102: 'Recovery on timer expiry',
  111: 'Protocol error',
  127: 'Interworking',
}

/** Not yet fit to be shown: it was written by strangers. null when nobody said anything. */
export function reasonText(reasons: readonly Reason[], phrase: string | null = null): string | null {
  const said = reasons.find(({ protocol, text }) => protocol === 'SIP' && text) ?? reasons.find(({ text }) => text)
  if (said?.text) return said.text
  const number = reasons.find(({ protocol }) => protocol === 'Q.850')?.cause ?? null
  const known = number === null ? null : (q850[number] ?? `Q.850 cause ${number}`)
  return phrase && known ? `${phrase} (${known})` : phrase || known
}
