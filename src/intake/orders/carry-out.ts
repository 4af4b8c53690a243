import type { Kysely } from 'kysely'
import { isPress } from '../../domain/message.ts'
import { ADMIN_HELP, HELP } from '../../ledger/command.ts'
import { checkReach } from '../../policy/check.ts'
import { findGroup, type GroupRef, membersOf } from '../../store/groups.ts'
import type { StoredMessage } from '../../store/messages.ts'
import type { OutboxEntry } from '../../store/outbox.ts'
import { groupsOfPerson, personRecord } from '../../store/person-record.ts'
import type { Tables } from '../../store/tables.ts'
import { decideAppeal } from '../appeals/decide-appeal.ts'
import { listAppeals } from '../appeals/list-appeals.ts'
import { confirmRead } from '../confirm/confirm-read.ts'
import { startConfirmation } from '../confirm/start-confirmation.ts'
import { whoRead } from '../confirm/who-read.ts'
import type { PolicyInForce } from '../group-state.ts'
import type { PolicyBook } from '../policy-book.ts'
import { reachOf } from '../reach.ts'
import type { Rooms } from '../rooms.ts'
import { adminsGroup, chooseGroup, groupsLed, isAdmin, type OrderedGroup } from './admins.ts'
import { type Changing, enforce, exempt, observe, type PolicyChanged, undo } from './change-policy.ts'
import { REMINDERS_MS, recordText } from './my-record.ts'
import type { AdminOrder, Order, PolicyOrder } from './order.ts'
import { rulesText } from './rules-text.ts'
import { beSilent, speakAgain } from './silence.ts'
import { trialFacts, trialReport } from './trial-report.ts'

export interface OrderContext {
  rooms: Rooms
  policyOf(group: GroupRef): PolicyInForce
  /** Stores a new policy; null where nobody may change one by a word, as in a replay. */
  changePolicy: PolicyBook['prepare'] | null
  /** What the same batch says and has not stored yet. */
  pending: readonly OutboxEntry[]
}

/** What came of an order; an empty answer is not said. `apply` is to be called once the transaction has committed. */
export interface CarriedOut {
  answer: string
  notes: OutboxEntry[]
  apply?: () => void
}

const only = (answer: string): CarriedOut => ({ answer, notes: [] })

const IN_PRIVATE = '这里说的内容只和您本人有关,请私下发给我。'
const MOST_LACKING = 3
const FIXED = '这里的规则不能用命令修改。'

/**
 * Carries out an order within the transaction that stores its message, and answers in words. Whoever may not give it
 * gets one courteous line.
 */
export async function carryOut(
  trx: Kysely<Tables>,
  order: Order,
  message: StoredMessage,
  context: OrderContext,
): Promise<CarriedOut> {
  const { tenantId, groupId } = message
  const memberId = message.sender.memberId
  const isPrivate = message.chat === 'single'
  const here = { tenantId, memberId, groupId: isPrivate ? null : groupId }
  // What a button says nobody else reads.
  const openly = !isPrivate && !isPress(message)
  const desk = { ...context, now: context.rooms.now() }
  switch (order.name) {
    case 'help':
      return only((await leadsHere(trx, message, context.rooms)) ? `${HELP}\n${ADMIN_HELP}` : HELP)
    case 'my-record':
      return only(isPrivate ? await myRecord(trx, message, context) : IN_PRIVATE)
    case 'rules':
      return only(await rules(trx, message, order.groupName, context))
    case 'list-appeals':
      return only(await listAppeals(trx, here, desk))
    case 'decide-appeal': {
      const { number, upheld, reason } = order
      const { unsay, ...decided } = await decideAppeal(trx, { tenantId, number, upheld, reason, by: memberId }, desk)
      return unsay === undefined ? decided : { ...decided, apply: () => context.rooms.unsay?.(unsay) }
    }
    case 'start-confirmation':
      return startConfirmation(trx, { ...here, number: order.number }, desk)
    case 'confirm-read':
      return confirmRead(trx, { ...here, number: order.number, openly }, desk)
    case 'who-read':
      return whoRead(trx, { ...here, number: order.number, openly }, desk)
    default:
      return adminsOrder(trx, order, message, context)
  }
}

async function adminsOrder(
  trx: Kysely<Tables>,
  order: AdminOrder,
  message: StoredMessage,
  context: OrderContext,
): Promise<CarriedOut> {
  const { rooms, policyOf } = context
  const on = await adminsGroup(trx, message, 'groupName' in order ? order.groupName : '', rooms)
  if (typeof on === 'string') return only(on)
  const by = message.sender.memberId
  switch (order.name) {
    case 'silence':
      return only(await beSilent(trx, on, { kind: order.kind, rest: order.rest, by }, rooms))
    case 'speak':
      return only(await speakAgain(trx, on, by, rooms))
    case 'trial': {
      const facts = await trialFacts(trx, on.group, policyOf(on.group).policy, { to: rooms.now() })
      return only(trialReport(facts, message.chat === 'single' ? on.members : null))
    }
    default: {
      if (context.changePolicy === null) return only(FIXED)
      const changed = await change(trx, order, message, on, { prepare: context.changePolicy, by })
      const lacking = order.name === 'enforce' ? lackingWords(on, by, context) : ''
      return { ...changed, answer: `${changed.answer}${lacking}`, notes: [] }
    }
  }
}

/** What the ways out of a group cannot carry of the rules that somebody puts in force. */
function lackingWords({ group }: OrderedGroup, by: string, { rooms, policyOf }: OrderContext): string {
  const lacking = checkReach(policyOf(group).policy, reachOf(rooms, group, by))
  if (lacking.length === 0) return ''
  const more = lacking.length > MOST_LACKING ? `\n……共 ${lacking.length} 处` : ''
  return `\n请留意:${lacking.slice(0, MOST_LACKING).join('\n')}${more}`
}

function change(
  trx: Kysely<Tables>,
  order: PolicyOrder,
  { mentions }: StoredMessage,
  on: OrderedGroup,
  changing: Changing,
): Promise<PolicyChanged> {
  switch (order.name) {
    case 'exempt':
      return exempt(trx, on, { ...order, mentions }, changing)
    case 'undo':
      return undo(trx, on, changing)
    case 'enforce':
      return enforce(trx, on, changing)
    case 'observe':
      return observe(trx, on, changing)
  }
}

/** True where the person may give admins' orders: in this group, or in private in any. */
async function leadsHere(trx: Kysely<Tables>, message: StoredMessage, rooms: Rooms): Promise<boolean> {
  const { tenantId, sender } = message
  if (message.chat === 'single')
    return (await groupsLed(trx, { tenantId, memberId: sender.memberId }, rooms)).length > 0
  const group = await findGroup(trx, message)
  return group !== undefined && isAdmin({ group, members: await membersOf(trx, [group]) }, sender.memberId, rooms)
}

async function myRecord(trx: Kysely<Tables>, message: StoredMessage, { rooms, policyOf }: OrderContext) {
  const { tenantId, sender } = message
  const of = { tenantId, memberId: sender.memberId }
  const record = await personRecord(trx, of, rooms.now() - REMINDERS_MS)
  return recordText(record, (groupId) => policyOf({ tenantId, groupId }).policy.rules)
}

/** The rules of the group, or in private of the one that the person is in; without one, those of the tenant. */
async function rules(
  trx: Kysely<Tables>,
  message: StoredMessage,
  groupName: string,
  { rooms, policyOf }: OrderContext,
): Promise<string> {
  const { tenantId, chat, sender } = message
  const now = rooms.now()
  const group = chat === 'group' ? await findGroup(trx, message) : undefined
  if (group) return rulesText(policyOf(group), { knownSince: group.createdAt, now })
  const groups = await groupsOfPerson(trx, { tenantId, memberId: sender.memberId })
  if (groups.length === 0) return rulesText(policyOf({ tenantId, groupId: '' }), { knownSince: 0, now })
  const chosen = chooseGroup(
    groups.map((each) => ({ group: each, members: [] })),
    groupName,
  )
  if (typeof chosen === 'string') return chosen
  return rulesText(policyOf(chosen.group), { knownSince: chosen.group.createdAt, now })
}
