import type { Kysely } from 'kysely'
import { digestMarkdown } from '../digest/digest-markdown.ts'
import type { DigestKind } from '../digest/digest-period.ts'
import { chinaDate, DAY_MS, isWorkday, startOfDay, startOfWeek } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import type { Policy } from '../domain/policy.ts'
import { modeIn } from '../policy/mode.ts'
import { type Group, type GroupRef, listGroups } from '../store/groups.ts'
import { insertOutbox, type OutboxEntry, postsTo } from '../store/outbox.ts'
import { silenceIn } from '../store/silences.ts'
import type { Tables } from '../store/tables.ts'
import { digestFacts } from './compose-digest.ts'
import { digestEntry } from './entries.ts'
import type { OutboxJobs } from './jobs.ts'
import type { Route } from './route.ts'

/** The last working day of the ISO week that `at` falls in, as 00:00 in China; null in a week that is all holiday. */
function lastWorkday(at: EpochMs): EpochMs | null {
  for (let day = 6; day >= 0; day--) {
    const start = startOfWeek(at) + day * DAY_MS
    if (isWorkday(start)) return start
  }
  return null
}

/** The digests that are due on the day of `now`: the daily ones on working days, the weekly one on the week's last. */
export function digestsDue(policy: Policy, now: EpochMs): DigestKind[] {
  const today = startOfDay(now)
  if (policy.workHours.days === 'workdays' && !isWorkday(today)) return []
  const weekly = policy.digest.weekly && lastWorkday(now) === today
  return [...(policy.digest.daily ? (['daily'] as const) : []), ...(weekly ? (['weekly'] as const) : [])]
}

export interface PostDigestsOptions {
  db: Kysely<Tables>
  jobs: OutboxJobs
  rooms: { consequences: Readonly<Record<Policy['mode'], Route>>; newId(): string }
  policyOf(group: GroupRef): { policy: Policy }
}

/** A digest as it was put into the outbox. */
export interface PostedDigest extends GroupRef {
  kind: DigestKind
  markdown: string
}

async function postDigest(options: PostDigestsOptions, group: Group, kind: DigestKind, now: EpochMs) {
  const { db, jobs, rooms } = options
  const { policy } = options.policyOf(group)
  const facts = await digestFacts(db, group, kind, now)
  const messages = Object.values(facts.labelCounts).reduce((sum, count) => sum + count, 0)
  if (messages === 0 && facts.items.length === 0) return null

  const { tenantId, groupId } = group
  const today = startOfDay(now)
  const mode = modeIn(policy, group.createdAt, now)
  const posts = await postsTo(
    db,
    [{ tenantId, groupId, recipient: GROUP, simulated: mode === 'observe' }],
    today - 1,
    100,
  )
  const counted = posts.filter((post) => startOfDay(post.at) === today)
  const channel = rooms.consequences[mode](group, { kind: 'group' })
  const body = digestMarkdown(facts)
  const entry = digestEntry(
    group,
    { kind, period: chinaDate(facts.from), body, channel },
    { outboxId: rooms.newId(), now, notBefore: now },
  )
  const silence = await silenceIn(db, group, now)
  const said = kept(entry, { overBudget: counted.length >= policy.bot.groupPostsPerDay, silence })
  const added = await db.transaction().execute(async (trx) => {
    const inserted = await insertOutbox(trx, [said])
    if (inserted.size > 0 && said.state === 'queued') await jobs.enqueue(trx, [said])
    return inserted.size > 0
  })
  return added ? { tenantId, groupId, kind, markdown: body } : null
}

/** A digest that has to wait for the end of a silence is posted then, unless nobody would want it any more. */
function kept(
  entry: OutboxEntry,
  { overBudget, silence }: { overBudget: boolean; silence: Awaited<ReturnType<typeof silenceIn>> },
): OutboxEntry {
  if (entry.state === 'held') return entry
  if (overBudget) return { ...entry, state: 'held', held: 'budget' }
  if (silence === null) return entry
  if (silence.until > entry.expiresAt) return { ...entry, state: 'held', held: silence.kind }
  return { ...entry, notBefore: silence.until }
}

/**
 * Posts the digests that are due on the day of `now` in every group where something happened.
 * Safe to repeat: the period is the cause, so a digest is posted once whoever asks how often. A group whose digest
 * fails does not keep the others from theirs; then it throws AggregateError in the end.
 */
export async function postDigests(options: PostDigestsOptions, now: EpochMs): Promise<PostedDigest[]> {
  const posted: PostedDigest[] = []
  const faults: unknown[] = []
  for (const group of await listGroups(options.db)) {
    try {
      for (const kind of digestsDue(options.policyOf(group).policy, now)) {
        const digest = await postDigest(options, group, kind, now)
        if (digest) posted.push(digest)
      }
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} digests could not be composed`)
  return posted
}
