import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Ears, Timing } from '../../src/adapters/adapter.ts'
import { createWecomArchive } from '../../src/adapters/wecom/archive/archive.ts'
import type { ArchiveKeys } from '../../src/adapters/wecom/archive/private-keys.ts'
import { startArchiveChild } from '../../src/adapters/wecom/archive/start-child.ts'
import { sleep } from '../../src/app/timers.ts'
import { CodedError } from '../../src/domain/errors.ts'
import { createIntake, type Intake } from '../../src/intake/intake.ts'
import { openPolicyBook } from '../../src/intake/policy-book.ts'
import type { Rooms } from '../../src/intake/rooms.ts'
import { findDue } from '../../src/judge/deadline/find-due.ts'
import { loadJudge } from '../../src/judge/load.ts'
import { openQueue } from '../../src/outbox/queue.ts'
import { readCursor } from '../../src/store/cursors.ts'
import { openStore } from '../../src/store/database.ts'
import { sealsOf, spoken } from '../../test/platforms/archive-office.ts'
import { compileArchiveSdk, sealRecord, writeArchive } from '../../test/platforms/archive-sdk.ts'
import { ROOT } from '../lib/package-bin.ts'
import { seededRandom } from '../lib/seeded-random.ts'
import { corpusMessages } from '../load/corpus-messages.ts'

const TENANT = 'bench'
const FROM = { tenantId: TENANT, channel: 'wecom-archive:main' }
/** Within the time the platform keeps. */
const RECENT_MS = 3_600_000

interface Options {
  messages: number
  /** Different random keys; the platform is taken to make one for each message. */
  randomKeys: number
  bits: number
  kills: number
}
interface Figures {
  messages: number
  seconds: number
  perSecond: number
  /** Of this process and its threads, without the child. */
  cpuMsEach: number
  kills: number
}

/** Writes an archive of corpus messages in 40 groups. */
function prepare(folder: string, { messages, randomKeys, bits }: Options): ArchiveKeys {
  const { privateKey, seals } = sealsOf(1, bits, Math.min(randomKeys, messages))
  const since = Date.now() - RECENT_MS
  const records = corpusMessages(messages, 'A', 7).map(({ chatid, userid, text }, index) => {
    const seal = seals[index % seals.length]
    if (seal === undefined) throw new CodedError('BENCH_KEYS', 'at least one random key is needed')
    const changes = { roomid: chatid, from: userid, msgtime: since + index }
    return sealRecord(index + 1, `A${index}`, spoken(`A${index}`, text, changes), seal)
  })
  writeArchive(folder, records)
  return new Map([[1, privateKey]])
}

/** Pulls the whole archive; `kills` times the child is killed on a chunk of what it sends. */
async function pull(
  ears: Pick<Ears, 'deliver' | 'cursor'>,
  setting: { folder: string; library: string; keys: ArchiveKeys; options: Options },
): Promise<Figures> {
  const { folder, library, keys, options } = setting
  const random = seededRandom(11)
  let kills = 0
  const startChild = (): ChildProcess => {
    const child = startArchiveChild()
    let chunks = 1 + Math.floor(random() * 60)
    child.stdio[3]?.on('data', () => {
      if (kills >= options.kills || --chunks !== 0) return
      kills++
      child.kill('SIGKILL')
    })
    return child
  }
  // Where the process is killed the waits between attempts would be all that is measured.
  const timing: Timing = { now: Date.now, random, sleep: (ms, signal) => sleep(kills > 0 ? ms / 100 : ms, signal) }
  const archive = createWecomArchive({
    tenantId: TENANT,
    channelId: 'main',
    corpId: 'ww1',
    secret: folder,
    library,
    keys,
    timing,
    callLimitMs: 6_000_000,
    startChild,
  })
  const ending = new AbortController()
  const from = performance.now()
  const usedBefore = process.cpuUsage()
  let messages = 0
  let until = from
  const listening = archive.listen(
    {
      cursor: ears.cursor,
      async deliver(delivery) {
        const receipts = await ears.deliver(delivery)
        messages += receipts.filter(({ duplicate }) => !duplicate).length
        until = performance.now()
        if (messages >= options.messages) ending.abort()
        return receipts
      },
      tell: (note) => {
        if (note.kind !== 'up' && options.kills === 0) console.error(JSON.stringify(note))
      },
    },
    ending.signal,
  )
  await listening
  const seconds = (until - from) / 1000
  const { user, system } = process.cpuUsage(usedBefore)
  return { messages, seconds, perSecond: messages / seconds, cpuMsEach: (user + system) / 1000 / messages, kills }
}

/** The intake of the app on an embedded store on disk, with its judge and queue. */
async function withIntake<T>(
  work: (intake: Intake, count: () => Promise<number>, cursor: () => Promise<string | null>) => Promise<T>,
) {
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-bench-'))
  const store = await openStore({ kind: 'embedded', folder })
  const queue = await openQueue(store, console.error)
  try {
    const policies = await openPolicyBook(store.db, Date.now)
    const standard = readFileSync(join(ROOT, 'config/policies/standard.yaml'), 'utf8')
    await policies.set({ tenantId: TENANT, groupId: '' }, standard, { author: 'bench', reason: 'bench' })
    const judge = loadJudge(join(ROOT, 'config/model'))
    const rooms: Rooms = {
      judgeOf: () => judge,
      findDue,
      route: () => 'wecom-app:main',
      consequences: { enforce: () => 'wecom-app:main', observe: () => 'simulated' },
      roleOf: () => null,
      now: Date.now,
      newId: () => crypto.randomUUID(),
    }
    const intake = createIntake({ db: store.db, jobs: queue, rooms, policyOf: policies.of })
    const count = async () => {
      const { all } = await store.db
        .selectFrom('messages')
        .select((row) => row.fn.countAll<string>().as('all'))
        .executeTakeFirstOrThrow()
      return Number(all)
    }
    return await work(intake, count, () => readCursor(store.db, FROM))
  } finally {
    await queue.stop()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const line = (name: string, { messages, seconds, perSecond, cpuMsEach, kills }: Figures) =>
  `${name}: ${perSecond.toFixed(0)} messages/s (${messages} in ${seconds.toFixed(1)} s, ${cpuMsEach.toFixed(2)} ms of processor each${kills > 0 ? `, child killed ${kills} times` : ''})`

/**
 * Messages a second from the archive, by a library that stands in for the SDK: alone, and into the real intake on the
 * embedded store. `bench -- archive [--messages N] [--random-keys N] [--bits N] [--kills N] [--json]`
 */
export async function benchArchive(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: 'string', default: '20000' },
      'random-keys': { type: 'string' },
      bits: { type: 'string', default: '2048' },
      kills: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
    },
  })
  const messages = Number(values.messages)
  const options: Options = {
    messages,
    randomKeys: Number(values['random-keys'] ?? messages),
    bits: Number(values.bits),
    kills: Number(values.kills),
  }
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-bench-'))
  try {
    const library = await compileArchiveSdk(folder)
    const setting = { folder, library, keys: prepare(folder, options), options }
    const receipt = { duplicate: false, answers: [] }
    const alone = await pull(
      { cursor: async () => null, deliver: async (delivery) => delivery.messages.map(() => receipt) },
      setting,
    )
    const stored = await withIntake(async (intake, count, cursor) => {
      const figures = await pull({ cursor, deliver: (delivery) => intake.deliver(FROM, delivery) }, setting)
      const rows = await count()
      if (rows !== messages) throw new CodedError('BENCH_STORE', `${rows} of ${messages} messages are stored`)
      return figures
    })
    if (values.json) return console.log(JSON.stringify({ options, alone, stored }))
    console.log(`RSA-${options.bits}, ${options.randomKeys} random keys for ${messages} messages`)
    console.log(line('pull, decrypt and read', alone))
    console.log(line('into the embedded store', stored))
    console.log('every message is in the store exactly once')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
