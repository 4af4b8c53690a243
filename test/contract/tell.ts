import type { House } from './house.ts'
import type { Said, Told, Way, Wire } from './way.ts'

/** Platform-side errors in words are warnings or worse; pino's `warn`. */
const WARN = 40

const nothing = { answer: null, code: null, hint: null }

/** The first complaint about a channel since the log had `from` lines. */
function complaint({ lines }: House, { channel }: { channel: string }, from: number): Told | null {
  const line = lines.slice(from).find((one) => one.channel === channel && one.level >= WARN)
  if (line === undefined) return null
  return { taken: false, answer: null, code: line.code ?? 'GAP', hint: line.hint ?? null }
}

/** Sends a delivery and waits until platform or operator can tell what became of it. */
export async function tell(house: House, way: Way, said: Said, wire: Wire): Promise<Told> {
  if (typeof wire !== 'function') return house.post(wire)
  const { open } = way
  if (open === undefined) throw new Error('only a way in that stays open can be told so')
  const from = house.lines.length
  const before = { ...house.comings(said.id) }
  const acksBefore = open.acks?.(said).length ?? 0
  wire()
  await open.flush?.()

  function outcome(): Told | null {
    const { taken, refused } = house.comings(said.id)
    const ack = open?.acks?.(said)[acksBefore]
    const complained = open === undefined ? null : complaint(house, open, from)
    if (ack === true || (open?.acks === undefined && taken > before.taken)) return { taken: true, ...nothing }
    if (refused > before.refused) return complained ?? { taken: false, ...nothing, code: 'STORE_REFUSED' }
    return complained
  }
  let told: Told | null = null
  await house.until(() => {
    told = outcome()
    return told !== null
  })
  if (told === null) throw new Error('nothing was told')
  return told
}
