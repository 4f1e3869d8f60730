export type ControlVerb =
  | 'status'
  | 'call'
  | 'answer'
  | 'decline'
  | 'end'
  | 'hold'
  | 'resume'
  | 'mute'
  | 'unmute'
  | 'dtmf'
  | 'events'
  | 'show'
  | 'quit'

export interface ParsedRequest {
  readonly verb: ControlVerb
  readonly target?: string
  readonly account?: string
  readonly digits?: string
  readonly call?: string
}

/** `request` null: only help was asked for. `userData` null: the default profile. */
export type ParsedArguments =
  | { readonly ok: true; readonly userData: string | null; readonly request: ParsedRequest | null }
  | { readonly ok: false; readonly message: string }

export const verbs: Readonly<Record<ControlVerb, readonly [words: string, meaning: string]>>
export const usage: string
export function isControlCommand(argv: readonly string[]): boolean
export function parseArguments(argv: readonly string[], options?: { readonly lenient?: boolean }): ParsedArguments
