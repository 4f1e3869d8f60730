/** Something a person has to know or do; printed without a stack. */
export class StepError extends Error {}
/** Shows a long step while it runs. */
export function step<T>(title: string, work: () => Promise<T>): Promise<T>
/** One line for the person who waits, on stderr. */
export function say(text: string): void
/** A sentence for what was foreseen, a stack for what was not. */
export function wordsFor(error: unknown): string
/** Ends the script as failed, saying why. */
export function fail(error: unknown): never
