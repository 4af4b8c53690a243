import { join } from 'node:path'
import type { Timing } from './adapters/adapter.ts'
import type { Fetch } from './adapters/http-client.ts'
import { startListening } from './app/listeners.ts'
import { openServer } from './app/open-server.ts'
import { readPolicyFile } from './app/policy-files.ts'
import { startRounds } from './app/rounds.ts'
import { createReconsidering, openSecondOpinion } from './app/second-opinion.ts'
import { openTenantJudges } from './app/tenant-judges.ts'
import { every, sleep } from './app/timers.ts'
import { DEFAULT_TENANT } from './app/ways/way.ts'
import { openWays } from './app/ways.ts'
import type { Clock } from './domain/message.ts'
import type { Env } from './env.ts'
import { sandboxRoutes } from './http/api/sandbox/sandbox.ts'
import { SANDBOX_TENANT, sandboxGroups } from './http/api/sandbox/sandbox-groups.ts'
import { seedSandbox } from './http/api/sandbox/seed-sandbox.ts'
import { readTranscripts } from './http/api/sandbox/transcripts.ts'
import { callbackRoutes } from './http/callbacks/callbacks.ts'
import { createChanges } from './http/changes.ts'
import { healthRoutes } from './http/health.ts'
import { createListener } from './http/koa.ts'
import { pageRoutes } from './http/pages.ts'
import { createIntake } from './intake/intake.ts'
import { openPolicyBook } from './intake/policy-book.ts'
import type { Rooms } from './intake/rooms.ts'
import { findDue } from './judge/deadline/find-due.ts'
import { loadJudge } from './judge/load.ts'
import { errorFields, type Logger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createCourier } from './outbox/courier.ts'
import { createPermit } from './outbox/permit.ts'
import { postDigests } from './outbox/post-digests.ts'
import { digestHour, openQueue } from './outbox/queue.ts'
import { openStore, type Store, type StoreLocation } from './store/database.ts'
import { groupKey } from './store/groups.ts'
import { createUpkeep } from './store/maintain.ts'
import { markUncertain } from './store/outbox.ts'
import { silenceIn } from './store/silences.ts'

const MODEL_REFRESH_MS = 10_000
const UPKEEP_MS = 60_000

/** What the world lends to the app; tests lend something else. */
export interface AppOptions {
  env: Env
  log: Logger
  /** The repository's root: `config/` and the built pages are found from it. */
  root: string
  now: Clock
  fetch: Fetch
  random(bytes: number): Buffer
  newId(): string
  /** Keeps everything in memory; for tests. */
  inMemory?: boolean
}

export interface App {
  /** `http://host:port` of the open server. */
  url: string
  sandboxOpen: boolean
  stop(): Promise<void>
}

const storeLocation = ({ env, inMemory }: AppOptions): StoreLocation =>
  env.DATABASE_URL === undefined
    ? { kind: 'embedded', folder: inMemory ? null : env.DATA_DIR }
    : { kind: 'server', url: env.DATABASE_URL }

/** All that is read and checked before anything is opened. */
async function configure(options: AppOptions) {
  const { env, log, root, now, fetch, random } = options
  const metrics = createMetrics()
  const sandboxSecret = `whsec_${random(32).toString('base64')}`
  const onQuota = ({ channelId }: { channelId: string }) => {
    metrics.quotaExhausted.set({ channel: `dingtalk:${channelId}` }, 1)
    log.error({ channel: `dingtalk:${channelId}` }, 'DingTalk reports that its quota is used up: messages arrive empty')
  }
  const onUnused = (channel: string, type: string) => {
    metrics.unusedEvents.inc({ channel })
    log.debug({ channel, type: type.slice(0, 64) }, 'an event of no use here')
  }
  const timing: Timing = { now, sleep, random: () => random(4).readUInt32BE() / 2 ** 32 }
  const ending = new AbortController()
  const { newId } = options
  const opened = Promise.withResolvers<Store['db']>()
  const lent = { env, now, fetch, timing, random, newId, sandboxSecret, log, db: opened.promise, onQuota, onUnused }
  const ways = openWays({ ...lent, signal: ending.signal })
  const policy = await readPolicyFile(env, root, 'standard.yaml')
  const sandboxPolicy = await readPolicyFile(env, root, 'sandbox.yaml')
  for (const warning of policy.warnings) log.warn({ file: policy.fileName, warning }, 'policy')
  const judge = loadJudge(join(root, 'config/model'))
  const transcripts = ways.sandboxOpen ? await readTranscripts(join(root, 'config/transcripts')) : new Map()
  return { metrics, sandboxSecret, ways, timing, ending, policy, sandboxPolicy, judge, transcripts, opened }
}

type Configured = Awaited<ReturnType<typeof configure>>

/** Opens store and queue and joins the rooms; `closers` take down again what was opened, last first. */
async function joinRooms(options: AppOptions, configured: Configured, closers: (() => unknown)[]) {
  const { env, log, now, fetch, newId } = options
  const { metrics, ways, timing, ending, policy, sandboxPolicy, judge, transcripts } = configured
  const changes = createChanges()
  const store = await openStore(storeLocation(options))
  closers.push(() => store.close())
  const { db } = store
  configured.opened.resolve(db)

  const policies = await openPolicyBook(db, now)
  const by = { author: 'operator', reason: '启动时载入' }
  await policies.set({ tenantId: DEFAULT_TENANT, groupId: '' }, policy.source, { ...by, fileName: policy.fileName })
  if (ways.sandboxOpen) {
    const { source, fileName } = sandboxPolicy
    await policies.set({ tenantId: SANDBOX_TENANT, groupId: '' }, source, { ...by, fileName })
    await seedSandbox(db, sandboxGroups(transcripts), now())
  }

  const queue = await openQueue(store, (error) => log.error(errorFields(error), 'queue error'))
  closers.push(() => queue.stop())
  const judges = await openTenantJudges(db, judge, log)
  const leaders = new Set(env.LEADERS)
  const rooms: Rooms = {
    judgeOf: judges.of,
    findDue,
    route: ways.route,
    consequences: { enforce: ways.route, observe: ways.simulated },
    roleOf: ({ memberId }) => (leaders.has(memberId) ? 'leader' : null),
    unsay: ({ channel, receipt }) => {
      const recalling = ways.channels.get(channel)?.recall?.(receipt)
      recalling?.then(
        (result) =>
          log.info(
            { channel, ...(result.status === 'sent' ? {} : { code: result.code }) },
            'a word was to be taken back',
          ),
        (error) => log.warn({ channel, ...errorFields(error) }, 'a word could not be taken back'),
      )
    },
    now,
    newId,
  }
  const secondOpinion = openSecondOpinion({ env, db, fetch, now, log, metrics })
  const intake = createIntake({
    db,
    jobs: queue,
    rooms,
    policyOf: policies.of,
    changePolicy: policies.prepare,
    secondJudge: secondOpinion ? { isDoubtful: secondOpinion.isDoubtful, jobs: queue } : undefined,
    onCommitted: (groups, effects) => {
      for (const { stored } of effects)
        metrics.received.inc({ adapter: stored.adapter, label: stored.verdict?.label ?? 'none' })
      for (const group of groups) changes.announce(group)
    },
    onJudgeFailure: ({ tenantId, groupId, messageId, error }) => {
      metrics.judgeFailures.inc()
      log.error({ tenantId, groupId, messageId, ...errorFields(error) }, 'a message was stored without a verdict')
    },
  })
  closers.push(() => intake.idle())

  // With the embedded store this process is the only one, so what is still being sent was cut short by a crash.
  const interrupted = store.kind === 'embedded' ? (await markUncertain(db, 'all', now())).length : 0
  if (interrupted > 0) log.warn({ interrupted }, 'entries were being sent when the process died; they are not repeated')
  const courier = createCourier({
    db,
    jobs: queue,
    channels: ways.channels,
    now,
    permit: createPermit(policies.of, (group, at) => silenceIn(db, group, at)),
    onSettled: ({ ref, state, channel, code }) => {
      metrics.delivered.inc({ channel, state })
      if (code !== undefined) metrics.refusedWords.inc({ channel, code })
      const { tenantId, groupId, outboxId } = ref
      if (state === 'failed') log.error({ tenantId, groupId, outboxId, channel, code }, 'a message was not delivered')
      changes.announce(ref)
    },
  })
  const digests = async () => {
    for (const digest of await postDigests({ db, jobs: queue, rooms, policyOf: policies.of }, now()))
      log.info({ group: groupKey(digest), kind: digest.kind }, 'digest posted')
  }
  const reconsider = secondOpinion
    ? createReconsidering(
        { db, rooms, policyOf: policies.of, secondOpinion },
        { log, metrics, announce: changes.announce },
      )
    : undefined
  await queue.work({ courier, postDigests: digests, reconsider })
  // Down at the hour of the digests: they are made up for on the same day.
  if (now() >= digestHour(now())) await digests()
  closers.push(
    ...startRounds({
      db,
      queue,
      rooms,
      policies,
      now,
      log,
      metrics,
      tenantId: DEFAULT_TENANT,
      tenants: [DEFAULT_TENANT, ...(ways.sandboxOpen ? [SANDBOX_TENANT] : [])],
      policyFile: { source: policy.source, read: () => readPolicyFile(env, options.root, 'standard.yaml') },
    }),
  )
  closers.push(every(MODEL_REFRESH_MS, 'looking for models of tenants', judges.refresh, log))
  if (store.kind === 'embedded') closers.push(every(UPKEEP_MS, 'upkeep of the store', createUpkeep(db), log))
  closers.push(() => ending.abort())
  closers.push(
    startListening(ways.listeners, { db, intake, tenantId: DEFAULT_TENANT, timing, node: newId(), log, metrics }),
  )
  return { db, policies, intake, changes }
}

/**
 * The composition root. Configuration is checked before anything is opened; what fails later takes down again what was
 * opened. Throws CodedErrors that say what to do.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { env, log, root, now } = options
  const configured = await configure(options)
  const { ways, metrics, transcripts, sandboxSecret } = configured
  const closers: (() => unknown)[] = []
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    const server = await openServer(env)
    closers.push(() => server.close())
    const { db, policies, intake, changes } = await joinRooms(options, configured, closers)
    // Event streams end first, else the server waits for them; then it takes no more requests; then the rooms close.
    closers.push(
      () => server.close(),
      () => changes.close(),
    )
    const groups = sandboxGroups(transcripts)
    const routers = [
      healthRoutes(db, metrics),
      callbackRoutes({ adapters: ways.adapters, intake, tenantId: DEFAULT_TENANT, log, metrics }),
      pageRoutes(join(root, 'dist/web'), ways.sandboxOpen),
      ...(ways.sandboxOpen
        ? [sandboxRoutes({ db, policies, transcripts, groups, changes, secret: sandboxSecret, now })]
        : []),
    ]
    server.serve(createListener(routers, log))
    return { url: server.url, sandboxOpen: ways.sandboxOpen, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
