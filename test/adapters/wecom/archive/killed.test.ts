import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../scripts/lib/seeded-random.ts'
import { createWecomArchive } from '../../../../src/adapters/wecom/archive/archive.ts'
import { readCursor } from '../../../../src/store/cursors.ts'
import { openStore } from '../../../../src/store/database.ts'
import { intakeOn } from '../../../helpers/intake.ts'
import {
  fastTiming,
  patientEars,
  rememberedChildren,
  sealsOf,
  spokenRecords,
} from '../../../platforms/archive-office.ts'
import { compileArchiveSdk, writeArchive } from '../../../platforms/archive-sdk.ts'

const folder = mkdtempSync(join(tmpdir(), 'qingqun-archive-'))
// RSA-1024 and few random keys: the arithmetic is not what is tried here.
const { privateKey, seals } = sealsOf(1, 1024, 50)
let library = ''

beforeAll(async () => {
  library = await compileArchiveSdk(folder)
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Kills each child on one of the first chunks it sends after it has opened, `kills` times in all. */
function killer(kills: number, random: () => number) {
  let killed = 0
  const onStart = (child: ChildProcess): void => {
    let chunks = 1 + Math.floor(random() * 60)
    child.stdio[3]?.on('data', () => {
      if (--chunks !== 0 || killed >= kills) return
      killed++
      child.kill('SIGKILL')
    })
  }
  return { ...rememberedChildren(onStart), killed: () => killed }
}

const archiveWith = (startChild: () => ChildProcess) =>
  createWecomArchive({
    tenantId: 'default',
    channelId: 'main',
    corpId: 'ww1',
    secret: folder,
    library,
    keys: new Map([[1, privateKey]]),
    timing: fastTiming(1_000),
    callLimitMs: 600_000_000,
    threads: 1,
    startChild,
  })

describe('a child process that is killed', () => {
  it('50 times during a pull of 100,000 messages costs none and doubles none', { timeout: 240_000 }, async () => {
    const TOTAL = 100_000
    writeArchive(folder, spokenRecords(seals, 1, TOTAL))
    const { children, start, killed } = killer(50, seededRandom(7))
    const counts = new Map<string, number>()
    let heard = 0
    const ears = patientEars(async ({ messages }) => {
      await new Promise((resolve) => setImmediate(resolve))
      for (const { messageId } of messages) counts.set(messageId, (counts.get(messageId) ?? 0) + 1)
      heard += messages.length
    })
    const ending = new AbortController()
    const listening = archiveWith(start).listen(ears, ending.signal)
    await ears.until(() => heard >= TOTAL)
    ending.abort()
    await listening
    expect(killed()).toBe(50)
    expect(children.length).toBeGreaterThanOrEqual(51)
    expect(counts.size).toBe(TOTAL)
    expect(Math.max(...counts.values())).toBe(1)
    expect(ears.notes.filter(({ kind }) => kind === 'gap')).toEqual([])
  })

  it('leaves the embedded store with every message once and the cursor at the last', { timeout: 240_000 }, async () => {
    const TOTAL = 5_000
    writeArchive(folder, spokenRecords(seals, 1, TOTAL))
    const store = await openStore({ kind: 'embedded', folder: null })
    try {
      const { intake } = await intakeOn(store)
      const from = { tenantId: 'default', channel: 'wecom-archive:main' }
      const { start, killed } = killer(10, seededRandom(8))
      const ending = new AbortController()
      let heard = 0
      let once = true
      const done = Promise.withResolvers<void>()
      const ears = {
        deliver: async (delivery: Parameters<typeof intake.deliver>[1]) => {
          const receipts = await intake.deliver(from, delivery)
          heard += receipts.length
          // A node that stops between two commits: the next one goes on from the cursor.
          if (once && heard >= TOTAL / 2) {
            once = false
            ending.abort()
          }
          if (heard >= TOTAL) done.resolve()
          return receipts
        },
        cursor: () => readCursor(store.db, from),
        tell: () => undefined,
      }
      await archiveWith(start).listen(ears, ending.signal)
      const second = new AbortController()
      const again = archiveWith(start).listen(ears, second.signal)
      await done.promise
      second.abort()
      await again
      const rows = await store.db.selectFrom('messages').select('message_id').execute()
      expect(new Set(rows.map((row) => row.message_id)).size).toBe(TOTAL)
      expect(rows).toHaveLength(TOTAL)
      expect(heard).toBe(TOTAL)
      expect(killed()).toBeGreaterThan(0)
      expect(await readCursor(store.db, from)).toMatch(new RegExp(`^${2n ** 60n + BigInt(TOTAL)}@`))
    } finally {
      await store.close()
    }
  })
})
