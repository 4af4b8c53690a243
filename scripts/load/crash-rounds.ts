import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFakeWecom } from '../../test/platforms/fake-wecom.ts'
import type { Log } from '../lib/log.ts'
import { ROOT } from '../lib/package-bin.ts'
import { seededRandom } from '../lib/seeded-random.ts'
import { freePort } from '../services/free-port.ts'
import { createCrashTraffic } from './crash-traffic.ts'
import { messageFaults, readStore, type StoreContents } from './read-store.ts'
import { startServer } from './server-process.ts'

const APP = { corpId: 'wwcrash', corpSecret: 'crash-secret', agentId: 1000002 }
const SECRETS = { token: 'CrashToken123', encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' }
const CONNECTIONS = 8
const LIFE_MS = { shortest: 200, longest: 2_000 }
const REMINDER_LIMIT_MS = 3_000
const QUIET_MS = 3_000

const POLICY = `name: 断电演练
mode: enforce
workHours: { days: everyday, from: "00:00", to: "23:59" }
bot: { groupPostsPerDay: 0, remindersPerPersonPerWeek: 50, quiet: ["00:00", "00:00"] }
rules:
  - id: no-boasting
    when: { label: boast, confidence: 0.5 }
    then: [remind-sender]
`

/** What a series of kills did to the store and to what was said. All lists are empty where nothing went wrong. */
export interface CrashReport {
  rounds: number
  acknowledged: number
  repeats: number
  stored: number
  /** Reminders that the fake platform received. */
  reminders: number
  /** How many entries of the outbox ended in each state. */
  outbox: Record<string, number>
  lost: string[]
  doubled: string[]
  remindedTwice: string[]
  /** Entries marked as sent that the platform never received. */
  neverReceived: string[]
  /** Answers other than 200, as `status × times`. */
  refused: string[]
}

export interface CrashOptions {
  rounds: number
  seed: number
  log: Log
}

const countBy = (keys: Iterable<string>): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** Compares what the platform received with what the outbox meant to say, person by person. */
function reminderFaults(received: ReadonlyMap<string, number>, { outbox }: StoreContents) {
  const spoken = outbox.filter(({ recipient, purpose }) => recipient !== 'group' && purpose === 'reminder')
  const meant = countBy(spoken.filter(({ state }) => state !== 'held').map(({ recipient }) => recipient))
  const sent = countBy(spoken.filter(({ state }) => state === 'sent').map(({ recipient }) => recipient))
  return {
    remindedTwice: [...received].filter(([who, times]) => times > (meant.get(who) ?? 0)).map(([who]) => who),
    neverReceived: [...sent].filter(([who, times]) => times > (received.get(who) ?? 0)).map(([who]) => who),
  }
}

/**
 * Starts the real server on an embedded store, writes to it, kills it with SIGKILL at a random moment, and again; then
 * lets it finish in peace and compares what it acknowledged and said with what it stored.
 */
export async function crashRounds({ rounds, seed, log }: CrashOptions): Promise<CrashReport> {
  const random = seededRandom(seed)
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-crash-'))
  const data = join(folder, 'data')
  const policy = join(folder, 'policy.yaml')
  await writeFile(policy, POLICY)
  const api = await startFakeWecom(APP)
  const traffic = createCrashTraffic(SECRETS, '/callbacks/wecom/main', random)

  const start = async () =>
    startServer(join(ROOT, 'src/main.ts'), {
      PORT: String(await freePort()),
      HOST: '127.0.0.1',
      DATA_DIR: data,
      POLICY_FILE: policy,
      LOG_LEVEL: 'silent',
      WECOM_API_BASE: api.url,
      WECOM_BOT_TOKEN: SECRETS.token,
      WECOM_BOT_AES_KEY: SECRETS.encodingAesKey,
      WECOM_CORP_ID: APP.corpId,
      WECOM_APP_SECRET: APP.corpSecret,
      WECOM_AGENT_ID: String(APP.agentId),
    })

  async function oneRound(round: number): Promise<void> {
    const server = await start()
    const before = traffic.acknowledged.size
    const flood = traffic.flood(server.port, CONNECTIONS)
    const from = performance.now()
    try {
      await sleep(LIFE_MS.shortest + random() * (LIFE_MS.longest - LIFE_MS.shortest))
      // Every other server dies in the moment that a reminder reaches the platform, before it knows the answer.
      if (round % 2 === 0) await nextReminder()
    } finally {
      await server.kill('SIGKILL')
    }
    const life = performance.now() - from
    await flood
    const fresh = traffic.acknowledged.size - before
    log(`round ${round}: killed after ${life.toFixed(0)} ms and ${fresh} acknowledgements; ${api.sent.length} said`)
  }

  async function nextReminder(): Promise<void> {
    const heard = api.sent.length
    const until = performance.now() + REMINDER_LIMIT_MS
    while (api.sent.length === heard && performance.now() < until) await sleep(1)
  }

  async function untilQuiet(): Promise<void> {
    for (let heard = -1; heard !== api.sent.length; ) {
      heard = api.sent.length
      await sleep(QUIET_MS)
    }
  }

  /** Entries whose job was cut short before they were claimed stay queued here: pg-boss gives them out again in minutes. */
  async function finish(): Promise<StoreContents> {
    const server = await start()
    try {
      await traffic.deliverRest(server.port)
      await untilQuiet()
    } finally {
      await server.kill('SIGTERM')
    }
    return readStore(data)
  }

  try {
    for (let round = 1; round <= rounds; round++) await oneRound(round)
    const contents = await finish()
    const received = countBy(api.sent.map(({ to }) => to))
    return {
      rounds,
      acknowledged: traffic.acknowledged.size,
      repeats: traffic.repeats,
      stored: contents.messages.size,
      reminders: api.sent.length,
      outbox: Object.fromEntries(countBy(contents.outbox.map(({ state }) => state))),
      ...messageFaults(traffic.acknowledged, contents.messages),
      ...reminderFaults(received, contents),
      refused: [...traffic.refused].map(([status, times]) => `${status} × ${times}`),
    }
  } finally {
    await api.close()
    await rm(folder, { recursive: true, force: true })
  }
}
