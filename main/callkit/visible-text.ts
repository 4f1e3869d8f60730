/*
 * Takes out of a stranger's text what cannot be seen but can deceive: control characters, zero-width characters and the
 * marks that turn the direction of writing. It judges no words.
 */

// eslint-disable-next-line no-control-regex
const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** The text without them, trimmed. */
export const visibleText = (text: string): string => text.replace(invisible, '').trim()
