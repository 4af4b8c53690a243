import type { ChildProcess } from 'node:child_process'
import type { Ears, Timing } from '../../src/adapters/adapter.ts'
import { createWecomArchive } from '../../src/adapters/wecom/archive/archive.ts'
import type { ArchiveKeys } from '../../src/adapters/wecom/archive/private-keys.ts'
import { startArchiveChild } from '../../src/adapters/wecom/archive/start-child.ts'
import { sleep } from '../../src/app/timers.ts'
import { CodedError } from '../../src/domain/errors.ts'
import { sealsOf, spoken } from '../../test/platforms/archive-office.ts'
import { sealRecord, writeArchive } from '../../test/platforms/archive-sdk.ts'
import { seededRandom } from '../lib/seeded-random.ts'
import { corpusMessages } from '../load/corpus-messages.ts'

/** Within the time the platform keeps. */
const RECENT_MS = 3_600_000

export interface ArchiveOptions {
  messages: number
  /** Different random keys; the platform is taken to make one for each message. */
  randomKeys: number
  bits: number
  kills: number
}
export interface Figures {
  messages: number
  seconds: number
  perSecond: number
  /** Of this process and its threads, without the child. */
  cpuMsEach: number
  kills: number
}

/** An archive that lies ready in a folder. */
export interface ArchiveSetting {
  folder: string
  library: string
  keys: ArchiveKeys
  tenantId: string
  options: ArchiveOptions
}

/** Writes an archive of corpus messages in 40 groups. */
export function prepareArchive(folder: string, { messages, randomKeys, bits }: ArchiveOptions) {
  const { privateKey, seals } = sealsOf(1, bits, Math.min(randomKeys, messages))
  const since = Date.now() - RECENT_MS
  const records = corpusMessages(messages, 'A', 7).map(({ chatid, userid, text }, index) => {
    const seal = seals[index % seals.length]
    if (seal === undefined) throw new CodedError('BENCH_KEYS', 'at least one random key is needed')
    const changes = { roomid: chatid, from: userid, msgtime: since + index }
    return sealRecord(index + 1, `A${index}`, spoken(`A${index}`, text, changes), seal)
  })
  writeArchive(folder, records)
  return { privateKey, wrapped: seals.flatMap(({ wrappedKey }) => wrappedKey ?? []) }
}

/** Pulls the whole archive; `kills` times the child is killed on a chunk of what it sends. */
export async function pullArchive(
  ears: Pick<Ears, 'deliver' | 'cursor'>,
  { folder, library, keys, tenantId, options }: ArchiveSetting,
): Promise<Figures> {
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
    tenantId,
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
        if (note.kind !== 'up' && note.kind !== 'behind' && options.kills === 0) console.error(JSON.stringify(note))
      },
    },
    ending.signal,
  )
  await listening
  const seconds = (until - from) / 1000
  const { user, system } = process.cpuUsage(usedBefore)
  return { messages, seconds, perSecond: messages / seconds, cpuMsEach: (user + system) / 1000 / messages, kills }
}
