import { DEFAULT_TENANT } from '../app/ways/way.ts'
import { chinaIso } from '../domain/calendar.ts'
import { type Correction, listCorrections } from '../store/corrections.ts'
import { parseOptions } from './call.ts'
import { print } from './print.ts'
import { withStore } from './with-store.ts'

/** A correction as it is printed: what was said and what is right, who says so, and whether it still holds. */
export const correctionLine = (correction: Correction) => ({
  id: correction.correctionId,
  tenant: correction.tenantId,
  group: correction.groupId,
  message: correction.messageId,
  seen: correction.seen,
  said: {
    label: correction.said.label,
    confidence: correction.said.confidence,
    flags: correction.said.flags,
    by: correction.saidBy,
  },
  right: { label: correction.label, flags: correction.flags },
  source: correction.source,
  appeal: correction.appealId,
  by: correction.madeBy,
  reason: correction.reason,
  at: chinaIso(correction.madeAt),
  withdrawn: correction.withdrawn && { by: correction.withdrawn.by, at: chinaIso(correction.withdrawn.at) },
})

/** `corrections [--tenant T]`: all corrections, withdrawn ones too, in the order in which they were made. */
export async function correctionsCommand(args: string[]): Promise<void> {
  const { tenant } = parseOptions(args, { tenant: { type: 'string', default: DEFAULT_TENANT } })
  const corrections = await withStore((db) => listCorrections(db, tenant))
  for (const correction of corrections) print(JSON.stringify(correctionLine(correction)))
}
