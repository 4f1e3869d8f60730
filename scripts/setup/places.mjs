/*
 * Where the scripts keep things: the repository, and its `.cache` for everything that can be had again.
 * Deleting `.cache` makes every script start from nothing; nothing else remembers.
 */
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')
export const cache = join(root, '.cache')

/** Only Linux's root user needs what this decides: Chromium refuses its sandbox to it. */
export const isRoot = process.platform === 'linux' && process.getuid?.() === 0
