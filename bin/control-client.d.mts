/** The part of a writable stream that is used. */
export interface ControlOutput {
  write(text: string): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
}

export interface ControlClientOptions {
  readonly stdout?: ControlOutput
  readonly stderr?: { write(text: string): unknown }
  /** The profile when the command line names none; null: Electron's default for Patchcord. */
  readonly userData?: string | null
  /** Skip unknown switches before the verb (they are the browser engine's). */
  readonly lenient?: boolean
}

export function runControlVerb(argv: readonly string[], options?: ControlClientOptions): Promise<0 | 1>
