import type { GroupMessage, Member } from '../../../src/domain/message.ts'
import type { IntakeOptions } from '../../../src/intake/intake.ts'
import type { Rooms } from '../../../src/intake/rooms.ts'
import type { Store } from '../../../src/store/database.ts'
import { intakeOn, LEADER, MORNING, messageOf } from '../../helpers/intake.ts'

export const LIMEI: Member = { memberId: 'limei', name: '东河村-李梅', role: 'member' }
export const WANG: Member = { memberId: 'wang', name: '西坪村-王强', role: 'member' }

/** The real intake with a clock that can be moved; `order` says something to the bot and gives its answer. */
export async function officeOn(
  store: Store,
  changes: { policy?: string; rooms?: Partial<Rooms>; options?: Partial<IntakeOptions> } = {},
) {
  let clock = MORNING
  const opened = await intakeOn(store, { ...changes, rooms: { now: () => clock, ...changes.rooms } })
  const { intake } = opened
  const say = async (text: string, by: Member = LIMEI, more: Partial<GroupMessage> = {}) => {
    clock += 1000
    const { answers } = await intake.accept(messageOf(text, { by, sentAt: clock, ...more }))
    return answers[0] ?? null
  }
  const order = (text: string, by: Member = LEADER, more: Partial<GroupMessage> = {}) =>
    say(text, by, { addressesBot: true, ...more })
  /** As `order`, in the private chat with the bot. */
  const whisper = (text: string, by: Member = LEADER) =>
    order(text, by, {
      chat: 'single',
      groupId: `single:${by.memberId}`,
      groupName: undefined,
      sender: { memberId: by.memberId, name: by.name },
    })
  return { ...opened, say, order, whisper, at: (now: number) => (clock = now), now: () => clock }
}

export const GROUP = { tenantId: 'default', groupId: 'g1' }

export const decisionsIn = (store: Store) =>
  store.db
    .selectFrom('decisions')
    .select(['rule', 'held', 'policy_version', 'simulated', 'sender_id'])
    .orderBy('at')
    .execute()
