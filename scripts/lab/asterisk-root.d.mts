/**
 * The folder to chroot into for Asterisk, or '' for this system's own. Made on first use (Debian, root, a minute);
 * quick afterwards. @throws when none can be had here
 */
export function ensureAsteriskRoot(): Promise<string>
/** Whether Kamailio, baresip and the others are there too, or will be. */
export function labIsComplete(): boolean
