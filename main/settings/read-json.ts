/*
 * Reads a JSON file that may be missing, torn or edited by hand. It judges nothing and never throws.
 */
import { readFileSync } from 'node:fs'

/** The parsed file and whether it began with a byte-order mark; undefined when it is missing, unreadable or no JSON. */
export function readJson(path: string): { value: unknown; marked: boolean } | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const marked = text.startsWith('\uFEFF')
    return { value: JSON.parse(marked ? text.slice(1) : text) as unknown, marked }
  } catch {
    return undefined
  }
}
