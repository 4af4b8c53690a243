import type { Kysely } from 'kysely'
import { chinaShort, startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import { GROUP, recipientOf } from '../../domain/outbound.ts'
import { confirmEntry } from '../../outbox/entries.ts'
import { modeIn } from '../../policy/mode.ts'
import { containsAny } from '../../policy/words.ts'
import {
  askedMessage,
  CONFIRM_WITHIN_MS,
  type Confirmation,
  forgetReads,
  lastAskOf,
  markStarted,
  offerConfirmation,
} from '../../store/confirmations.ts'
import { findGroup, type Group } from '../../store/groups.ts'
import { postsTo } from '../../store/outbox.ts'
import { silencesIn } from '../../store/silences.ts'
import type { Tables } from '../../store/tables.ts'
import { type Answered, type ConfirmContext, type Meant, only } from './confirm-context.ts'
import { postCard, postWords, startedWords } from './confirm-words.ts'
import { confirmationMeant } from './confirmation-meant.ts'
import { postTime } from './post-time.ts'

const NONE = '近两周没有找到您请大家回应的消息。发了通知之后,在群里 @我 说“开启静默确认”就可以。'
const NOT_YOURS = '静默确认由发通知的人或群主开启。'
const INSTEAD = '请用消息旁的“已读”来看谁看过。'

/** Above any budget, so that counting is exact. */
const POSTS = 120

/**
 * The message meant: the one of that number, which only an offer that was really made gives; without a number the last
 * one asked, offered or not.
 */
async function messageMeant(
  trx: Kysely<Tables>,
  meant: Meant,
  by: string,
  now: EpochMs,
): Promise<Confirmation | 'unknown' | 'not-yours'> {
  if (meant.number !== null) return confirmationMeant(trx, meant, by)
  const since = now - CONFIRM_WITHIN_MS
  const offered = await confirmationMeant(trx, meant, by, ({ askedAt }) => askedAt > since)
  if (meant.groupId === null) return offered
  const { tenantId, groupId } = meant
  const asked = await lastAskOf(trx, { tenantId, groupId, senderId: by }, { since, until: now })
  if (!asked) return offered
  const isNewer = typeof offered === 'string' || offered.askerId !== by || offered.askedAt < asked.sentAt
  return isNewer ? offerConfirmation(trx, asked, now) : offered
}

/** Why nothing is said in the group at all, in words for the one who wants it; null where it can be. */
async function obstacle(
  trx: Kysely<Tables>,
  { group, text, number, by }: { group: Group; text: string; number: number; by: string },
  { policyOf, rooms, now }: ConfirmContext,
): Promise<string | null> {
  const { policy } = policyOf(group)
  if (modeIn(policy, group.createdAt, now) === 'observe')
    return `本群还在观察期,机器人不在群里发内容。启用之后再说即可;现在${INSTEAD}`
  const silence = (await silencesIn(trx, [group], now)).values().next().value
  if (silence)
    return `机器人在本群静默到${chinaShort(silence.until)},不在群里发内容。到时再对我说“开启静默确认 ${number}”即可。`
  if (containsAny(text, policy.workHours.emergencies))
    return `这条消息涉及应急,机器人不在群里插话。${INSTEAD}急事请直接打电话确认。`
  // Where no card is shown, readers say so in private: a group without both ways is not asked.
  const ways = [rooms.route(group, { kind: 'group' }), rooms.route(group, { kind: 'member', memberId: by })]
  return ways.includes(null) ? `这个群里我说不了话。${INSTEAD}` : null
}

/** What counts against the group's budget from today on, what this batch says included. */
async function groupPosts(trx: Kysely<Tables>, group: Group, { now, pending = [] }: ConfirmContext) {
  const { tenantId, groupId } = group
  const stored = await postsTo(
    trx,
    [{ tenantId, groupId, recipient: GROUP, simulated: false }],
    startOfDay(now) - 1,
    POSTS,
  )
  const unstored = pending.flatMap(({ audience, purpose, notBefore, state, ...of }) =>
    of.tenantId === tenantId && of.groupId === groupId && audience.kind === 'group' && state !== 'held'
      ? [{ to: recipientOf(audience), purpose, at: notBefore }]
      : [],
  )
  return [...stored, ...unstored]
}

/**
 * Starts counting who has read a message: says it once in the group, within its budget and in working hours, and tells
 * the one who asked when. Only the one who asked, or the group's owner, may.
 */
export async function startConfirmation(
  trx: Kysely<Tables>,
  { memberId, ...meant }: Meant & { memberId: string },
  context: ConfirmContext,
): Promise<Answered> {
  const { rooms, policyOf, now } = context
  const found = await messageMeant(trx, meant, memberId, now)
  if (found === 'not-yours') return only(NOT_YOURS)
  if (found === 'unknown') return only(meant.number === null ? NONE : `没有第 ${meant.number} 号可以开启的静默确认。`)
  const { number } = found
  if (found.askedAt <= now - CONFIRM_WITHIN_MS) return only('那条消息已过两周,不再开启静默确认。')
  const asked = await askedMessage(trx, found)
  const group = await findGroup(trx, found)
  if (!asked || !group || asked.recalled) return only('那条消息已撤回,不用确认了。')
  if (found.startedAt !== null) return only(`这条消息的静默确认已经开启。想看情况时私下对我说“谁看过 ${number}”。`)

  const why = await obstacle(trx, { group, text: asked.text, number, by: memberId }, context)
  if (why !== null) return only(why)
  const notBefore = postTime(policyOf(group).policy, await groupPosts(trx, group, context), now)
  const channel = rooms.route(group, { kind: 'group' })
  if (notBefore === null || channel === null) return only(`本群约定机器人近期不再在群里发内容。${INSTEAD}`)

  await forgetReads(trx, found.tenantId, now - CONFIRM_WITHIN_MS)
  if (!(await markStarted(trx, found, { by: memberId, at: now }))) return only('这条消息的静默确认已经开启。')
  const { messageId } = found
  const post = confirmEntry(
    group,
    { number, messageId, body: postWords(number, asked.text), card: postCard(number), channel },
    { outboxId: rooms.newId(), now, notBefore },
  )
  return { answer: startedWords(asked.text, { number, notBefore, now }), notes: [post] }
}
