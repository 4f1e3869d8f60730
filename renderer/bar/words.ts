/*
 * The words of the bar: few, because there is little room. What could not be done is said in the words of the window.
 */
import type { CallState } from '../../common/call'

export const words = {
  bar: 'Call',
  unknown: 'Unknown caller',
  /** A call nobody is to read the name of; `count` 0: the only one. */
  someCall: (count: number): string => (count === 0 ? 'A call' : `Call ${count}`),
  answering: 'Answering by itself…',
  letIn: 'Answered by itself',
  alsoLetIn: 'answered by itself',
  conference: (count: number): string => `Conference of ${count}`,
  muted: 'Muted',
  mute: 'Mute',
  hold: 'Hold',
  swap: 'Swap calls',
  end: 'Hang up',
  endConference: 'End conference',
  open: 'Open Patchcord',
  others: (count: number): string => `+${count}`,
  sayOthers: (count: number): string => (count === 1 ? '1 more call' : `${count} more calls`),
  state: {
    incoming: 'Calling',
    dialing: 'Dialing…',
    alerting: 'Ringing…',
    connecting: 'Connecting…',
    active: 'In call',
    held: 'On hold',
    ending: 'Ending…',
    ended: 'Ended',
  } satisfies Record<CallState, string>,
}
