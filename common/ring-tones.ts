/*
 * The ring tones there are, by name: a setting chooses the usual one, a contact may have its own. How they sound is the engine page's.
 */
export const ringTones = ['classic', 'chime', 'bells', 'marimba', 'pulse'] as const
export type RingTone = (typeof ringTones)[number]

/** The tone of that name; an unknown name (of another phone's contact) is the usual one, null. */
export const ringToneOf = (name: string | null): RingTone | null => ringTones.find((tone) => tone === name) ?? null
