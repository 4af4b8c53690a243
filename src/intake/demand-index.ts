import { DAY_MS } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Sketch } from '../policy/sketch.ts'
import type { StoredDemand } from '../store/demands.ts'

/** Demands of a tenant as the store finds them: by the bands of their sketches. */
export interface DemandIndex {
  /** To be called in the order of their times. */
  add(demand: StoredDemand): void
  /** Those that share a band with the sketch, as demands that are alike do. */
  near(sketch: Sketch): StoredDemand[]
  /** Drops what was sent before; up to a day of it stays until it is worth the work. */
  forget(before: EpochMs): void
}

export function createDemandIndex(): DemandIndex {
  const byBand = new Map<number, StoredDemand[]>()
  let oldest: EpochMs = Number.POSITIVE_INFINITY
  return {
    add: (demand) => {
      for (const band of demand.sketch.bands) {
        const known = byBand.get(band)
        if (known) known.push(demand)
        else byBand.set(band, [demand])
      }
      oldest = Math.min(oldest, demand.sentAt)
    },
    near: ({ bands }) => [...new Set(bands.flatMap((band) => byBand.get(band) ?? []))],
    forget: (before) => {
      if (before < oldest + DAY_MS) return
      oldest = Number.POSITIVE_INFINITY
      for (const [band, demands] of byBand) {
        const kept = demands.filter(({ sentAt }) => sentAt >= before)
        if (kept.length === 0) byBand.delete(band)
        else byBand.set(band, kept)
        oldest = Math.min(oldest, kept[0]?.sentAt ?? oldest)
      }
    },
  }
}
