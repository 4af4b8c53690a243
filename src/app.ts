import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join, resolve as resolvePath } from 'node:path'
import Koa from 'koa'
import type { Fetch } from './adapters/http-client.ts'
import { DEFAULT_TENANT, openWays } from './app/ways.ts'
import { CodedError } from './domain/errors.ts'
import type { Clock } from './domain/message.ts'
import type { Env } from './env.ts'
import { sandboxRoutes } from './http/api/sandbox/sandbox.ts'
import { SANDBOX_TENANT, sandboxGroups } from './http/api/sandbox/sandbox-groups.ts'
import { seedSandbox } from './http/api/sandbox/seed-sandbox.ts'
import { readTranscripts } from './http/api/sandbox/transcripts.ts'
import { callbackRoutes } from './http/callbacks/callbacks.ts'
import { type Changes, createChanges } from './http/changes.ts'
import { createGate } from './http/gate.ts'
import { isHangUp } from './http/hang-up.ts'
import { healthRoutes } from './http/health.ts'
import { errors } from './http/middleware/errors.ts'
import { securityHeaders } from './http/middleware/security-headers.ts'
import { pageRoutes } from './http/pages.ts'
import { createIntake } from './intake/intake.ts'
import { openPolicyBook } from './intake/policy-book.ts'
import type { Rooms } from './intake/rooms.ts'
import { findDue } from './judge/deadline/find-due.ts'
import { loadJudge } from './judge/load.ts'
import { errorFields, type Logger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createCourier } from './outbox/courier.ts'
import { postDigests } from './outbox/post-digests.ts'
import { openQueue } from './outbox/queue.ts'
import { checkPolicy } from './policy/check.ts'
import { parsePolicy } from './policy/parse.ts'
import { openStore, type StoreLocation } from './store/database.ts'
import { groupKey } from './store/groups.ts'
import { createUpkeep } from './store/maintain.ts'
import { markUncertain } from './store/outbox.ts'

const POLICY_REFRESH_MS = 10_000
const UPKEEP_MS = 60_000
/** How long requests that are under way may take when the server stops. */
const DRAIN_MS = 5_000

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

const readPolicyFile = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause) => {
    throw new CodedError('POLICY_UNREADABLE', `策略文件 ${path} 读不到 (the policy file cannot be read)`, {
      hint: '请检查 POLICY_FILE 的路径和文件权限。',
      status: 400,
      cause,
    })
  })

function listen(server: Server, { PORT, HOST }: Env): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      reject(
        new CodedError(
          taken ? 'PORT_TAKEN' : 'LISTEN_FAILED',
          taken ? `端口 ${PORT} 已被占用 (the port is taken)` : `无法监听 ${HOST}:${PORT} (cannot listen)`,
          { hint: taken ? '请停掉占用它的程序,或用 PORT 指定另一个端口。' : '请检查 HOST 和 PORT。', cause },
        ),
      )
    })
    server.listen(PORT, HOST, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : PORT
      resolve(`http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`)
    })
  })
}

/** Takes no more requests and waits for those under way, so that what they store can still be acknowledged. */
async function stopServing(server: Server, changes: Changes): Promise<void> {
  changes.close()
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const drained = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearTimeout(drained)
}

/**
 * The composition root: opens the store, joins the rooms, and serves. Configuration is checked before anything is
 * opened; what fails later closes again what was opened. Throws CodedErrors that say what to do.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { env, log, root, now, fetch, random, newId } = options
  const metrics = createMetrics()
  const sandboxSecret = `whsec_${random(32).toString('base64')}`
  const ways = openWays({
    env,
    now,
    fetch,
    random,
    sandboxSecret,
    onQuota: ({ channelId }) => {
      metrics.quotaExhausted.set({ channel: `dingtalk:${channelId}` }, 1)
      log.error(
        { channel: `dingtalk:${channelId}` },
        'DingTalk reports that the quota of calls is used up: messages arrive empty',
      )
    },
  })
  const policyFile = (preset: string) =>
    env.POLICY_FILE === undefined ? join(root, 'config/policies', preset) : resolvePath(env.POLICY_FILE)
  const policySource = await readPolicyFile(policyFile('standard.yaml'))
  const sandboxSource = await readPolicyFile(policyFile('sandbox.yaml'))
  for (const [source, preset] of [
    [policySource, 'standard.yaml'],
    [sandboxSource, 'sandbox.yaml'],
  ] as const)
    for (const warning of checkPolicy(parsePolicy(source, env.POLICY_FILE ?? preset))) log.warn({ warning }, 'policy')
  const judge = loadJudge(join(root, 'config/model'))
  const transcripts = ways.sandboxOpen ? await readTranscripts(join(root, 'config/transcripts')) : new Map()

  const closers: (() => unknown)[] = []
  const changes = createChanges()
  const gate = createGate()
  const server = createServer(gate.listener)
  // The server goes first: as long as it takes requests, the store and the queue are there for them.
  const stop = async () => {
    if (server.listening) await stopServing(server, changes)
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    const url = await listen(server, env)
    const store = await openStore(storeLocation(options))
    closers.push(() => store.close())
    const { db } = store
    const policies = await openPolicyBook(db, now)
    const by = { author: 'operator', reason: '启动时载入', fileName: env.POLICY_FILE ?? 'standard.yaml' }
    await policies.set({ tenantId: DEFAULT_TENANT, groupId: '' }, policySource, by)
    if (ways.sandboxOpen) {
      await policies.set({ tenantId: SANDBOX_TENANT, groupId: '' }, sandboxSource, by)
      await seedSandbox(db, sandboxGroups(transcripts), now())
    }

    const queue = await openQueue(store, (error) => log.error(errorFields(error), 'queue error'))
    closers.push(() => queue.stop())
    const leaders = new Set(env.LEADERS)
    const rooms: Rooms = {
      judge,
      findDue,
      route: ways.route,
      consequences: { enforce: ways.route, observe: ways.simulated },
      roleOf: ({ memberId }) => (leaders.has(memberId) ? 'leader' : 'member'),
      now,
      newId,
    }
    const intake = createIntake({
      db,
      jobs: queue,
      rooms,
      policyOf: policies.of,
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
    if (store.kind === 'embedded') {
      const interrupted = await markUncertain(db, 'all', now())
      if (interrupted > 0)
        log.warn({ interrupted }, 'entries were being sent when the process died; they are not repeated')
    }
    const courier = createCourier({
      db,
      jobs: queue,
      channels: ways.channels,
      now,
      onSettled: ({ ref, state, channel, code }) => {
        metrics.delivered.inc({ channel, state })
        if (state === 'failed') log.error({ ...ref, channel, code }, 'a message could not be delivered')
        changes.announce(ref)
      },
    })
    await queue.work({
      courier,
      postDigests: async () => {
        for (const digest of await postDigests({ db, jobs: queue, rooms, policyOf: policies.of }, now()))
          log.info({ group: groupKey(digest), kind: digest.kind }, 'digest posted')
      },
    })
    const refresh = setInterval(
      () => void policies.refresh().catch((error) => log.error(errorFields(error), 'policies could not be read again')),
      POLICY_REFRESH_MS,
    ).unref()
    closers.push(() => clearInterval(refresh))
    if (store.kind === 'embedded') {
      const upkeep = createUpkeep(db)
      const timer = setInterval(
        () => void upkeep().catch((error) => log.error(errorFields(error), 'upkeep of the store failed')),
        UPKEEP_MS,
      ).unref()
      closers.push(() => clearInterval(timer))
    }

    const koa = new Koa()
    koa.on('error', (error: unknown) => {
      if (!isHangUp(error)) log.error(errorFields(error), 'response failed')
    })
    koa.use(errors(log)).use(securityHeaders)
    const routers = [
      healthRoutes(db, metrics),
      callbackRoutes({ adapters: ways.adapters, intake, log, metrics }),
      pageRoutes(join(root, 'dist/web'), ways.sandboxOpen),
      ...(ways.sandboxOpen
        ? [
            sandboxRoutes({
              db,
              policies,
              transcripts,
              groups: sandboxGroups(transcripts),
              changes,
              secret: sandboxSecret,
              now,
            }),
          ]
        : []),
    ]
    for (const router of routers) koa.use(router.routes())

    gate.open(koa.callback())
    return { url, sandboxOpen: ways.sandboxOpen, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
