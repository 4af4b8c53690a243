import type { Kysely } from 'kysely'
import type { Clock } from '../domain/message.ts'
import { openCases } from '../intake/appeals/list-appeals.ts'
import type { PolicyBook } from '../intake/policy-book.ts'
import type { Rooms } from '../intake/rooms.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Queue } from '../outbox/queue.ts'
import { sweepOutbox } from '../outbox/sweep.ts'
import { CONFIRM_WITHIN_MS, forgetReads } from '../store/confirmations.ts'
import { groupKey } from '../store/groups.ts'
import type { Tables } from '../store/tables.ts'
import { checkAllGroups } from './group-checks.ts'
import type { PolicyFile } from './policy-files.ts'
import { createPolicyReload } from './policy-reload.ts'
import { every } from './timers.ts'
import { reportTrials } from './trial-reports.ts'

const POLICY_REFRESH_MS = 10_000
const SWEEP_MS = 60_000
const HOUSEKEEPING_MS = 60_000
/** Whether the weekly look at the groups is due, and whether a group has been observed for long enough. */
const LOOK_MS = 600_000

export interface RoundsOptions {
  db: Kysely<Tables>
  queue: Queue
  rooms: Rooms
  policies: PolicyBook
  now: Clock
  log: Logger
  metrics: Metrics
  /** The tenant that the operator's policy file is for, and all of the deployment. */
  tenantId: string
  tenants: readonly string[]
  policyFile: { source: string; read(): Promise<PolicyFile> }
}

/** Starts what is done again and again beside the messages; what is given ends it, one each. */
export function startRounds(options: RoundsOptions): (() => void)[] {
  const { db, queue, rooms, policies, now, log, metrics, tenantId, tenants, policyFile } = options
  const house = { db, jobs: queue, rooms, policyOf: policies.of }

  async function sweep(): Promise<void> {
    const late = await sweepOutbox(db, queue, now())
    if (late > 0) log.warn({ late }, 'entries of the outbox had no job any more and are queued again')
  }

  async function lookAtGroups(): Promise<void> {
    for (const { tenantId: tenant, suggestions, notes } of await checkAllGroups(house, now()))
      log.info({ tenant, suggestions, notes }, 'the groups were looked at')
  }

  async function tellOfTrials(): Promise<void> {
    for (const group of await reportTrials(house, now()))
      log.info({ group: groupKey(group) }, 'what a group was observed for has been reported')
  }

  async function keepHouse(): Promise<void> {
    for (const tenant of tenants) await forgetReads(db, tenant, now() - CONFIRM_WITHIN_MS)
    const cases = await openCases(db, { tenantId, groupId: null }, rooms)
    const undecidable = cases.filter(({ deciders }) => deciders.length === 0).length
    metrics.openAppeals.set({ decider: 'no' }, undecidable)
    metrics.openAppeals.set({ decider: 'yes' }, cases.length - undecidable)
  }

  const reload = createPolicyReload({
    ...policyFile,
    take: async ({ source, fileName, warnings }) => {
      const by = { author: 'operator', reason: '文件有改动', fileName }
      const { version } = await policies.set({ tenantId, groupId: '' }, source, by)
      log.info({ file: fileName, version, warnings }, 'the policy file was changed and is in force')
    },
    onRefused: ({ code, message, hint }) =>
      log.error({ code, faults: message, hint }, 'the changed policy file is not taken; the policy in force stays'),
  })

  return [
    every(SWEEP_MS, 'sweeping the outbox', sweep, log),
    every(LOOK_MS, 'looking at the groups', lookAtGroups, log),
    every(LOOK_MS, 'reporting on groups that were observed', tellOfTrials, log),
    every(HOUSEKEEPING_MS, 'keeping house', keepHouse, log),
    every(POLICY_REFRESH_MS, 'reading the policies again', policies.refresh, log),
    every(POLICY_REFRESH_MS, 'looking at the policy file', reload, log),
  ]
}
