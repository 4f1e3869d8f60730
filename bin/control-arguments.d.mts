export type ControlVerb =
  | 'status'
  | 'call'
  | 'pickup'
  | 'answer'
  | 'hold-and-answer'
  | 'end-and-answer'
  | 'decline'
  | 'voicemail'
  | 'deflect'
  | 'end'
  | 'hold'
  | 'resume'
  | 'swap'
  | 'mute'
  | 'unmute'
  | 'dtmf'
  | 'continue'
  | 'forget-digits'
  | 'merge'
  | 'split'
  | 'end-conference'
  | 'transfer'
  | 'consult'
  | 'park'
  | 'accept-transfer'
  | 'refuse-transfer'
  | 'dnd'
  | 'test'
  | 'events'
  | 'show'
  | 'quit'

export interface ParsedRequest {
  readonly verb: ControlVerb
  readonly target?: string
  readonly account?: string
  /** Whose phone rings. */
  readonly extension?: string
  readonly digits?: string
  readonly call?: string
  readonly calls?: readonly string[]
  /** The call another one is handed to. */
  readonly to?: string
  readonly on?: boolean
  readonly minutes?: number
  /** Answer when it was done, not when it was accepted. */
  readonly wait?: true
}

/** `request` null: only help was asked for. `userData` null: the default profile. */
export type ParsedArguments =
  | { readonly ok: true; readonly userData: string | null; readonly request: ParsedRequest | null }
  | { readonly ok: false; readonly message: string }

export const verbs: Readonly<Record<ControlVerb, readonly [words: string, meaning: string]>>
export const usage: string
export function isControlCommand(argv: readonly string[]): boolean
export function parseArguments(argv: readonly string[], options?: { readonly lenient?: boolean }): ParsedArguments
