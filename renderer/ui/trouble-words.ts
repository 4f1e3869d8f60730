/*
 * What is wrong with the sound of a call, or was, in words: what a person notices, and what can be done. Pure; it measures nothing.
 */
import type { MediaTrouble } from '../../common/diagnosis'
import type { Explanation } from './words'

const troubles: Record<MediaTrouble, Explanation> = {
  'nothing-received': {
    title: 'No sound comes from them.',
    remedy:
      'Your sound leaves, but nothing arrives. A firewall, VPN or the server may hold it back. Hang up and call again.',
  },
  'private-address': {
    title: 'No sound comes from them.',
    remedy:
      'They, or their server, gave an address that cannot be reached from here. Whoever runs the server can correct that.',
  },
  'srtp-refused': {
    title: 'Their sound cannot be decrypted.',
    remedy:
      'The keys of both sides do not fit, so it is not played. Hang up and call again; if it stays, tell whoever runs the server.',
  },
  'strangers-only': {
    title: 'Sound comes from somewhere else than them.',
    remedy: 'It is not played, because it could be anybody’s. The server may announce a wrong address.',
  },
  'turned-away': {
    title: 'Nobody takes your sound where they said they are.',
    remedy: 'Their phone or server has let go of this call, or a firewall refuses it. Hang up and call again.',
  },
  'own-private-address': {
    title: 'No sound comes from them.',
    remedy:
      'They were told an address of your network, and may be sending there in vain. A STUN server helps: see the account’s connection.',
  },
  'listens-only': {
    title: 'They only listen.',
    remedy: 'Their phone said that it sends no sound in this call, so there is nothing to hear.',
  },
  'nothing-sent': {
    title: 'Your sound does not leave this computer.',
    remedy: 'They hear nothing. A firewall or VPN may hold it back. Hang up and call again.',
  },
  'microphone-silent': {
    title: 'Your microphone gives no sound.',
    remedy: 'They hear nothing. It may be switched off at the headset, or another one is meant: see Settings, Sound.',
  },
  'not-heard': {
    title: 'They do not seem to hear you.',
    remedy:
      'Your sound leaves, but their reports tell of none. A firewall, VPN or the server may hold it back. Hang up and call again.',
  },
  'far-end-silent': {
    title: 'They send silence.',
    remedy: 'The connection works. They may be muted, or have the wrong microphone.',
  },
  'heavy-loss': {
    title: 'Much of the sound is lost on the way.',
    remedy: 'More than a tenth does not arrive. A cable instead of Wi-Fi, or less other traffic, helps most.',
  },
}
export const explainTrouble = (trouble: MediaTrouble): Explanation => troubles[trouble]

/** The same of a call that is over. */
const pastTroubles: Record<MediaTrouble, Explanation> = {
  'nothing-received': {
    title: 'No sound came from them.',
    remedy: 'A firewall, VPN or the server may have held it back.',
  },
  'private-address': {
    title: 'No sound came from them.',
    remedy:
      'They, or their server, gave an address that cannot be reached from here. Whoever runs the server can correct that.',
  },
  'srtp-refused': {
    title: 'Their sound could not be decrypted.',
    remedy: 'The keys of both sides did not fit. If it stays so, tell whoever runs the server.',
  },
  'strangers-only': {
    title: 'Sound came from somewhere else than them.',
    remedy: 'It was not played, because it could have been anybody’s. The server may announce a wrong address.',
  },
  'turned-away': {
    title: 'Nobody took your sound where they said they were.',
    remedy: 'Their phone or server had let go of the call, or a firewall refused it.',
  },
  'own-private-address': {
    title: 'No sound came from them.',
    remedy:
      'They were told an address of your network, and may have sent there in vain. A STUN server helps: see the account’s connection.',
  },
  'listens-only': {
    title: 'They only listened.',
    remedy: 'Their phone said that it sends no sound in this call.',
  },
  'nothing-sent': {
    title: 'Your sound did not leave this computer.',
    remedy: 'They heard nothing. A firewall or VPN may have held it back.',
  },
  'microphone-silent': {
    title: 'Your microphone gave no sound.',
    remedy: 'They heard nothing. It may be switched off at the headset, or another one is meant: see Settings, Sound.',
  },
  'not-heard': {
    title: 'They did not seem to hear you.',
    remedy: 'Your sound left, but their reports told of none. A firewall, VPN or the server may have held it back.',
  },
  'far-end-silent': {
    title: 'They sent silence.',
    remedy: 'The connection worked. They may have been muted, or had the wrong microphone.',
  },
  'heavy-loss': {
    title: 'Much of the sound was lost on the way.',
    remedy: 'A cable instead of Wi-Fi, or less other traffic, helps most.',
  },
}
export const explainPastTrouble = (trouble: MediaTrouble): Explanation => pastTroubles[trouble]
