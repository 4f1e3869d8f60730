/*
 * The ring tones by the names people know them by. Pure.
 */
import type { RingTone } from '../../common/ring-tones'

export const ringToneNames: Record<RingTone, string> = {
  classic: 'Classic',
  chime: 'Chime',
  bells: 'Bells',
  marimba: 'Marimba',
  pulse: 'Pulse',
}
