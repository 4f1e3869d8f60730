/*
 * Who answers for a package: whoever makes it, named as Debian's own tools have it (DEBFULLNAME, DEBEMAIL). Packages must
 * name somebody; `.invalid` (RFC 2606) is nobody's address and never will be.
 */

/** @param {Readonly<Record<string, string | undefined>>} env */
export function packageMaintainer(env) {
  const name = clean(env.DEBFULLNAME) || 'The Patchcord authors'
  return `${name} <${clean(env.DEBEMAIL) || 'authors@patchcord.invalid'}>`
}

/** One line of a control file, whatever the environment says. */
const clean = (text = '') => text.replaceAll(/[\r\n<>]/g, ' ').trim()
