import type { Kysely } from 'kysely'
import { checkGroups } from '../burden/check-groups.ts'
import type { CheckedGroup } from '../burden/duplicates.ts'
import type { Suggestion } from '../burden/suggestion.ts'
import { suggestionNote } from '../burden/suggestion-note.ts'
import { untold } from '../burden/untold.ts'
import { chinaDate, DAY_MS, HOUR_MS, startOfWeek } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import { SIMULATED_CHANNEL } from '../domain/outbound.ts'
import type { Policy } from '../domain/policy.ts'
import type { Rooms } from '../intake/rooms.ts'
import type { OutboxJobs } from '../outbox/jobs.ts'
import { withinBudget } from '../policy/budget.ts'
import { BUDGET_WEEK_MS } from '../policy/history.ts'
import { nextAllowed } from '../policy/hours.ts'
import { modeIn } from '../policy/mode.ts'
import { type GroupRecord, groupRecords } from '../store/group-registry.ts'
import {
  claimWeek,
  insertSuggestions,
  isWeekChecked,
  type StoredSuggestion,
  toldSuggestions,
} from '../store/group-suggestions.ts'
import { type GroupRef, groupKey, listGroups } from '../store/groups.ts'
import { insertOutbox, type OutboxEntry, postsTo } from '../store/outbox.ts'
import { silencesIn } from '../store/silences.ts'
import type { Tables } from '../store/tables.ts'

/** Tuesday, ten past ten: Monday has enough of its own, and platforms ask to keep mass sending off the full hour. */
const TURN_MS = DAY_MS + 10 * HOUR_MS + 10 * 60_000
/** How far back the last word of an idle group is looked for, so that it can be named. */
const LOOK_BACK_MS = 400 * DAY_MS
/** A suggestion about a group is as good three days later. */
const WORTH_MS = 3 * DAY_MS
const POSTS_A_RECIPIENT = 120

export interface GroupCheckOptions {
  db: Kysely<Tables>
  jobs: OutboxJobs
  rooms: Pick<Rooms, 'consequences' | 'newId'>
  policyOf(group: GroupRef): { policy: Policy }
}

/** What came of looking at the groups of a tenant: how many suggestions were made, in how many private notes. */
export interface CheckedTenant {
  tenantId: string
  suggestions: number
  notes: number
}

/** Suggestions that one person is told in one note, by way of one of the groups they are about. */
interface Note {
  entry: OutboxEntry
  mode: Policy['mode']
  told: Suggestion[]
}

type Looked = CheckedGroup & { group: GroupRecord; mode: Policy['mode'] }

/** The groups of a tenant whose policy asks for checks and which may be spoken about, with their facts. */
async function lookAt({ db, policyOf }: GroupCheckOptions, tenantId: string, now: EpochMs): Promise<Looked[]> {
  const records = await groupRecords(db, tenantId, now - LOOK_BACK_MS)
  const silences = await silencesIn(db, records, now)
  return records.flatMap((group) => {
    const { policy } = policyOf(group)
    if (policy.groups === undefined || silences.has(groupKey(group))) return []
    return { group, settings: policy.groups, mode: modeIn(policy, group.knownSince, now) }
  })
}

/** What was said for real is known in both modes; what was only simulated counts where it still is. */
async function freshSuggestions({ db }: GroupCheckOptions, tenantId: string, groups: readonly Looked[], now: EpochMs) {
  const told = await toldSuggestions(db, tenantId)
  const modes = new Map(groups.map(({ group, mode }) => [group.groupId, mode]))
  const inMode = (mode: Policy['mode']) => (each: { groupId: string }) => modes.get(each.groupId) === mode
  const found = checkGroups(groups, now)
  const said = told.filter(({ simulated }) => !simulated)
  return [
    ...untold(found.filter(inMode('enforce')), said, now).map((suggestion) => ({
      suggestion,
      mode: 'enforce' as const,
    })),
    ...untold(found.filter(inMode('observe')), told, now).map((suggestion) => ({
      suggestion,
      mode: 'observe' as const,
    })),
  ]
}

async function compose(options: GroupCheckOptions, tenantId: string, groups: readonly Looked[], now: EpochMs) {
  const { rooms, policyOf, db } = options
  const week = chinaDate(startOfWeek(now))
  const byId = new Map(groups.map(({ group }) => [group.groupId, group]))
  const fresh = await freshSuggestions(options, tenantId, groups, now)
  const gathered = Map.groupBy(fresh, ({ suggestion, mode }) => `${mode}\0${suggestion.to}`)
  const notes = [...gathered.values()].map((ofOne): Note => {
    const { mode, suggestion } = ofOne[0] as (typeof ofOne)[0]
    const memberId = suggestion.to as string
    const audience = { kind: 'member' as const, memberId }
    const { body, told } = suggestionNote(ofOne.map((each) => each.suggestion))
    const about = told.map(({ groupId }) => byId.get(groupId) as GroupRecord)
    const channelOf = (group: GroupRecord) => rooms.consequences[mode](group, audience)
    const by = about.find((group) => channelOf(group) !== null) ?? (about[0] as GroupRecord)
    const channel = channelOf(by)
    const notBefore = nextAllowed(policyOf(by).policy, now)
    const entry: OutboxEntry = {
      tenantId,
      groupId: by.groupId,
      outboxId: rooms.newId(),
      cause: `groups:${week}:${mode}:${memberId}`,
      messageId: null,
      audience,
      purpose: 'note',
      channel: channel ?? SIMULATED_CHANNEL,
      body,
      state: channel === null ? 'held' : 'queued',
      held: channel === null ? 'no-channel' : null,
      notBefore,
      expiresAt: notBefore + WORTH_MS,
      createdAt: now,
    }
    return { entry, mode, told }
  })
  const earliest = now - BUDGET_WEEK_MS
  const posts = await postsTo(db, notes.map(recipientIn), earliest, POSTS_A_RECIPIENT)
  const postsOf = Map.groupBy(posts, (post) => `${groupKey(post)}\0${post.to}`)
  return notes.map((note): Note => {
    const { entry } = note
    const { recipient } = recipientIn(note)
    const before = postsOf.get(`${groupKey(entry)}\0${recipient}`) ?? []
    const isWithin = withinBudget(policyOf(entry).policy, before, recipient, entry.notBefore)
    return entry.held !== null || isWithin ? note : { ...note, entry: { ...entry, state: 'held', held: 'budget' } }
  })
}

const recipientIn = ({ entry, mode }: Note) => ({
  tenantId: entry.tenantId,
  groupId: entry.groupId,
  recipient: entry.audience.kind === 'member' ? entry.audience.memberId : '',
  simulated: mode === 'observe',
})

/** What a note tells, as it is remembered; what was held back was not told and comes again another week. */
const toldBy = ({ entry, mode, told }: Note, week: string): StoredSuggestion[] =>
  entry.state !== 'queued'
    ? []
    : told.map(({ check, groupId, otherGroupId, to, reason, facts }) => ({
        tenantId: entry.tenantId,
        groupId,
        kind: check,
        otherGroupId: otherGroupId ?? '',
        week,
        recipient: to ?? '',
        reason,
        facts,
        simulated: mode === 'observe',
        at: entry.createdAt,
      }))

async function checkTenant(options: GroupCheckOptions, tenantId: string, now: EpochMs): Promise<CheckedTenant | null> {
  const { db, jobs } = options
  const week = chinaDate(startOfWeek(now))
  if (await isWeekChecked(db, tenantId, week)) return null
  const notes = await compose(options, tenantId, await lookAt(options, tenantId, now), now)
  const queued = notes.filter(({ entry }) => entry.state === 'queued')
  const suggestions = notes.flatMap((note) => toldBy(note, week))
  return db.transaction().execute(async (trx) => {
    if (!(await claimWeek(trx, tenantId, week, now))) return null
    await insertSuggestions(trx, suggestions)
    await insertOutbox(
      trx,
      notes.map(({ entry }) => entry),
    )
    await jobs.enqueue(
      trx,
      queued.map(({ entry }) => entry),
    )
    return { tenantId, suggestions: suggestions.length, notes: queued.length }
  })
}

/**
 * Looks at the groups of every tenant once a week, from Tuesday morning, and tells owners in private what they may want
 * to do about them (checks 13–16). To be called every hour or so: a week is claimed in the transaction that writes what
 * is to be said, so that several nodes and restarts come to the same. A tenant that fails does not keep the others from
 * theirs; then it throws AggregateError in the end.
 */
export async function checkAllGroups(options: GroupCheckOptions, now: EpochMs): Promise<CheckedTenant[]> {
  if (now < startOfWeek(now) + TURN_MS) return []
  const tenants = Map.groupBy(await listGroups(options.db), ({ tenantId }) => tenantId)
  const checked: CheckedTenant[] = []
  const faults: unknown[] = []
  for (const [tenantId, groups] of tenants) {
    try {
      if (groups.every((group) => options.policyOf(group).policy.groups === undefined)) continue
      const tenant = await checkTenant(options, tenantId, now)
      if (tenant) checked.push(tenant)
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `the groups of ${faults.length} tenants could not be checked`)
  return checked
}
