/*
 * How good a call sounds, as one number people know: a mean opinion score from loss, delay and codec. Pure arithmetic; it
 * knows nothing of where the numbers were measured.
 */

export interface Impairments {
  /** Codec name as in SDP, in any case; null: unknown, treated as G.711. */
  readonly codec: string | null
  /** Packets lost of those expected, 0 to 1. */
  readonly lossRatio: number
  /** Mouth to ear, ms. */
  readonly delayMs: number
}

/**
 * Equipment impairment Ie and packet-loss robustness Bpl per codec. G.711 with loss concealment: ITU-T G.113 Appendix I. G.722 and Opus have no
 * narrow-band value there: they lose nothing against G.711 (Ie 0); Bpl is G.711's for G.722, whose concealment in browsers is the same, and a
 * cautious 20 for Opus without in-band FEC, so the estimate never flatters.
 */
const equipment: Record<string, { readonly ie: number; readonly bpl: number }> = {
  opus: { ie: 0, bpl: 20 },
  g722: { ie: 0, bpl: 25.1 },
  pcmu: { ie: 0, bpl: 25.1 },
  pcma: { ie: 0, bpl: 25.1 },
}

/**
 * Estimated mean opinion score, 1 to 4.5 (ITU-T G.107, simplified):
 *
 *     R   = 93.2 − Id − Ie,eff                        defaults of G.107 for everything not measured
 *     Id  = 0.024·d + 0.11·(d − 177.3)·H(d − 177.3)   d one way in ms; Cole and Rosenbluth 2001, a fit of G.107's Idd
 *     Ie,eff = Ie + (95 − Ie)·Ppl / (Ppl + Bpl)       Ppl in percent, random loss (BurstR = 1); G.107 equation 7-29
 *     MOS = 1 + 0.035·R + R·(R − 60)·(100 − R)·7·10⁻⁶ for 0 < R < 100; G.107 Annex B
 */
export function estimateMos({ codec, lossRatio, delayMs }: Impairments): number {
  const { ie, bpl } = equipment[codec?.toLowerCase() ?? 'pcmu'] ?? { ie: 0, bpl: 25.1 }
  const loss = 100 * clamp(lossRatio, 0, 1)
  const delay = Math.max(0, delayMs)
  const id = 0.024 * delay + 0.11 * Math.max(0, delay - 177.3)
  return mosOf(93.2 - id - (ie + ((95 - ie) * loss) / (loss + bpl)))
}

/** G.107 Annex B: transmission rating to mean opinion score. */
export function mosOf(rating: number): number {
  if (rating <= 0) return 1
  if (rating >= 100) return 4.5
  // The cubic dips a little below 1 for very small ratings.
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
