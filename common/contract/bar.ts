/*
 * What the bar of the calls has beyond the contract of every ui page (contract/ui.ts): its size, and one message up.
 */

/** Of the window, in CSS px; the page draws to it. */
export const barSize = { width: 384, height: 56 } as const

/** Up: the user wants to see the phone's window. */
export const openPhone = 'open-phone'
