import type { GroupMessage, Member } from '../../../src/domain/message.ts'
import type { ConfirmContext } from '../../../src/intake/confirm/confirm-context.ts'
import { confirmRead } from '../../../src/intake/confirm/confirm-read.ts'
import { numberOffers } from '../../../src/intake/confirm/number-offers.ts'
import { startConfirmation } from '../../../src/intake/confirm/start-confirmation.ts'
import { whoRead } from '../../../src/intake/confirm/who-read.ts'
import type { Effects } from '../../../src/intake/effects.ts'
import type { Rooms } from '../../../src/intake/rooms.ts'
import type { Store } from '../../../src/store/database.ts'
import { insertOutbox, type OutboxEntry } from '../../../src/store/outbox.ts'
import { intakeOn, LEADER, MORNING, messageOf } from '../../helpers/intake.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
/** The morning on which everything is asked, a little later. */
export const LATER = MORNING + HOUR

export const memberOf = (memberId: string, name = memberId): Member => ({ memberId, name, role: 'member' })
export const READERS = ['a', 'b', 'c', 'd', 'e'].map((id) => memberOf(id, `成员${id}`))
export const NOTICE = '@所有人 请各村今天下班前把危房排查台账报到镇办,收到请回复'

/** A policy that offers silent confirmation to whoever asks for 收到, and after five of them. */
export const policyWith = (
  changes: { mode?: string; bot?: string; work?: string; exempt?: string } = {},
) => `name: 静默确认
mode: ${changes.mode ?? 'enforce'}
workHours: ${changes.work ?? '{ days: everyday, from: "00:00", to: "23:59", emergencies: [防汛] }'}
bot: ${changes.bot ?? '{ groupPostsPerDay: 2, remindersPerPersonPerWeek: 9, quiet: ["00:00", "00:00"] }'}
exempt: ${changes.exempt ?? '{ members: [] }'}
rules:
  - id: acknowledgement-flood
    when: { label: ritual, count: 5, within: 10m }
    then: [offer-silent-confirm]
`

type About = { number?: number | null; memberId?: string; groupId?: string | null; openly?: boolean; at?: number }

/** The real intake on a store, and silent confirmation as the orders reach it. */
export async function officeOn(store: Store, changes: { policy?: string; rooms?: Partial<Rooms> } = {}) {
  const effects: Effects[] = []
  const { intake, policies, rooms } = await intakeOn(store, {
    policy: changes.policy ?? policyWith(),
    ...(changes.rooms ? { rooms: changes.rooms } : {}),
    options: { onCommitted: (_groups, said) => void effects.push(...said) },
  })
  const context = (at = LATER, pending: readonly OutboxEntry[] = []): ConfirmContext => ({
    rooms,
    policyOf: policies.of,
    now: at,
    pending,
  })
  const about = ({ number = null, groupId = 'g1' }: About) => ({ tenantId: 'default', groupId, number })
  const inOne = <T>(work: (trx: Parameters<typeof whoRead>[0]) => Promise<T>) => store.db.transaction().execute(work)

  async function say(text: string, by: Member = LEADER, more: Partial<GroupMessage> = {}): Promise<GroupMessage> {
    const message = messageOf(text, { by, ...more })
    await intake.accept(message)
    return message
  }

  return {
    db: store.db,
    rooms,
    policies,
    intake,
    say,
    /** What the offers of everything that was said become. */
    offers: (at = LATER) => inOne((trx) => numberOffers(trx, effects, context(at))),
    /** Starts, and keeps what is to be said as intake does. */
    start: (of: About = {}) =>
      inOne(async (trx) => {
        const who = { ...about(of), memberId: of.memberId ?? LEADER.memberId }
        const answered = await startConfirmation(trx, who, context(of.at))
        await insertOutbox(trx, answered.notes)
        return answered
      }),
    startWith: (pending: readonly OutboxEntry[]) =>
      inOne((trx) => startConfirmation(trx, { ...about({}), memberId: LEADER.memberId }, context(LATER, pending))),
    read: (memberId: string, of: About = {}) =>
      inOne(async (trx) => {
        const how = of.openly === undefined ? {} : { openly: of.openly }
        const { answer, notes } = await confirmRead(trx, { ...about(of), memberId, ...how }, context(of.at))
        return notes.length === 0 ? answer : notes
      }),
    seen: (of: About = {}) =>
      inOne((trx) =>
        whoRead(
          trx,
          { ...about(of), memberId: of.memberId ?? LEADER.memberId, openly: of.openly ?? false },
          context(of.at),
        ),
      ),
  }
}
