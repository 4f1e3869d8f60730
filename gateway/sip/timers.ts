/*
 * The times of SIP's transactions, ms (RFC 3261 section 17 and table 4).
 */

/** Round trip, as estimated. */
export const T1 = 500
/** The longest pause between repetitions of anything but an INVITE. */
export const T2 = 4_000
/** How long a message may be on its way. */
export const T4 = 5_000
/** Timers B, F, H, J, L, M: when a transaction is over in any case; timer D is not shorter. */
export const lifetime = 64 * T1
/** How soon an INVITE is answered by 100 when nothing else has been said (section 17.2.1). */
export const tryingAfter = 150
