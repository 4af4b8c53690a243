import type { Kysely } from 'kysely'
import { DAY_MS, HOUR_MS } from '../domain/calendar.ts'
import type { Card } from '../domain/card.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Policy } from '../domain/policy.ts'
import type { PolicyInForce } from '../intake/group-state.ts'
import { TRIAL_MS, trialFacts, trialReport } from '../intake/orders/trial-report.ts'
import type { Rooms } from '../intake/rooms.ts'
import { trialEntry } from '../outbox/entries.ts'
import type { OutboxJobs } from '../outbox/jobs.ts'
import { nextAllowed } from '../policy/hours.ts'
import { modeIn } from '../policy/mode.ts'
import { parsePolicy } from '../policy/parse.ts'
import { findGroup, type Group, type GroupRef, membersOf } from '../store/groups.ts'
import { insertOutbox } from '../store/outbox.ts'
import { policyVersions } from '../store/policies.ts'
import type { Tables } from '../store/tables.ts'
import { markTold, untoldGroups } from '../store/trial.ts'

export interface TrialReportsOptions {
  db: Kysely<Tables>
  jobs: OutboxJobs
  rooms: Pick<Rooms, 'route' | 'newId'>
  policyOf(group: GroupRef): PolicyInForce
}

/** A group that came into force by itself is told so for a few days; later it would be no news. */
const NEWS_MS = 3 * DAY_MS

/** What led to the group's becoming known was sent a little before. */
const LATE_MS = HOUR_MS
const LONGEST_MS = 31 * DAY_MS

const OBSERVING: Card = {
  title: '试运行情况',
  buttons: [
    { text: '启用', command: '启用' },
    { text: '继续观察', command: '继续观察' },
  ],
}
const ENFORCING: Card = { title: '规则已启用', buttons: [{ text: '改回观察', command: '停用' }] }

const CHOICE: Readonly<Record<Policy['mode'], string>> = {
  observe: '目前只记录、不提醒。要正式启用,请在群里 @我 发“启用”,或点“启用”;想再看看,发“继续观察”即可。',
  enforce: '观察期已满,规则从今天起正式启用。想再看看,请在群里 @我 发“停用”,或点“改回观察”。',
}

/** Since when the group is only observed: since it is known, or since its policy last came back to observing. */
async function observedSince(db: Kysely<Tables>, group: Group): Promise<EpochMs> {
  const own = await policyVersions(db, group)
  const first = own[0]?.createdAt ?? Number.POSITIVE_INFINITY
  const defaults = await policyVersions(db, { ...group, groupId: '' })
  const versions = [...defaults.filter(({ createdAt }) => createdAt <= first), ...own]
  const lastActing = versions.findLastIndex(({ source }) => parsePolicy(source, 'policy.yaml').mode === 'enforce')
  return Math.max(group.createdAt, lastActing < 0 ? 0 : (versions[lastActing + 1]?.createdAt ?? 0))
}

/** Which mode the group is in now and since when it was observed, where it is time to report. */
async function reportOn(
  db: Kysely<Tables>,
  group: Group,
  policy: Policy,
  now: EpochMs,
): Promise<{ mode: Policy['mode']; since: EpochMs } | null> {
  const { createdAt } = group
  const first = policy.observeFirst ?? 0
  if (modeIn(policy, createdAt, now) === 'enforce') {
    const isNews = policy.observeFirst !== undefined && now < createdAt + first + NEWS_MS
    return isNews ? { mode: 'enforce', since: createdAt } : null
  }
  if (now < createdAt + Math.max(TRIAL_MS, first)) return null
  const since = await observedSince(db, group)
  return now >= since + TRIAL_MS ? { mode: 'observe', since } : null
}

/** The owner, else the leader who was seen first. */
async function deciderOf(db: Kysely<Tables>, group: Group): Promise<string | null> {
  if (group.ownerId !== null) return group.ownerId
  return (await membersOf(db, [group])).find(({ role }) => role === 'leader')?.memberId ?? null
}

async function report(options: TrialReportsOptions, ref: GroupRef, now: EpochMs): Promise<boolean> {
  const { db, jobs, rooms, policyOf } = options
  const group = await findGroup(db, ref)
  if (!group) return false
  const { policy } = policyOf(ref)
  const due = await reportOn(db, group, policy, now)
  const to = due && (await deciderOf(db, group))
  if (!due || to === null) return false
  const from = Math.max(due.since - LATE_MS, now - LONGEST_MS)
  const facts = await trialFacts(db, group, policy, { from, to: now, mode: 'observe' })
  if (facts.messages === 0) return false
  const entry = trialEntry(
    group,
    {
      to,
      body: `${trialReport(facts, null)}\n\n${CHOICE[due.mode]}`,
      card: due.mode === 'observe' ? OBSERVING : ENFORCING,
    },
    { route: rooms.route, outboxId: rooms.newId(), now, notBefore: nextAllowed(policy, now) },
  )
  // Nobody can be told yet: tried again until somebody can.
  if (entry === null) return false
  return db.transaction().execute(async (trx) => {
    if (!(await markTold(trx, ref, now))) return false
    await insertOutbox(trx, [entry])
    await jobs.enqueue(trx, [entry])
    return true
  })
}

/**
 * Tells the owner of each group that has been observed for a week, or as long as its policy says, once and in private,
 * what the rules would have done there. Gives the groups whose owners are told. A group whose report fails does not keep
 * the others from theirs; then it throws AggregateError in the end.
 */
export async function reportTrials(options: TrialReportsOptions, now: EpochMs): Promise<GroupRef[]> {
  const told: GroupRef[] = []
  const faults: unknown[] = []
  for (const group of await untoldGroups(options.db)) {
    try {
      if (await report(options, group, now)) told.push(group)
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} trial reports could not be composed`)
  return told
}
