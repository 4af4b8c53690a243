import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CodedError } from '../../src/domain/errors.ts'
import { createIntake, type Intake } from '../../src/intake/intake.ts'
import { openPolicyBook } from '../../src/intake/policy-book.ts'
import type { Rooms } from '../../src/intake/rooms.ts'
import { findDue } from '../../src/judge/deadline/find-due.ts'
import { loadJudge } from '../../src/judge/load.ts'
import { openQueue } from '../../src/outbox/queue.ts'
import { openStore, type Store } from '../../src/store/database.ts'
import { ROOT } from '../lib/package-bin.ts'

/**
 * Works with the intake of the app on an embedded store on disk, with its judge and queue; fails where the store does not
 * hold exactly `messages` at the end.
 */
export async function withBenchIntake<T>(
  tenantId: string,
  messages: number,
  work: (intake: Intake, db: Store['db']) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-bench-'))
  const store = await openStore({ kind: 'embedded', folder })
  const queue = await openQueue(store, console.error)
  try {
    const policies = await openPolicyBook(store.db, Date.now)
    const standard = readFileSync(join(ROOT, 'config/policies/standard.yaml'), 'utf8')
    await policies.set({ tenantId, groupId: '' }, standard, { author: 'bench', reason: 'bench' })
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
    const result = await work(createIntake({ db: store.db, jobs: queue, rooms, policyOf: policies.of }), store.db)
    const { all } = await store.db
      .selectFrom('messages')
      .select((row) => row.fn.countAll<string>().as('all'))
      .executeTakeFirstOrThrow()
    if (Number(all) !== messages) throw new CodedError('BENCH_STORE', `${all} of ${messages} messages are stored`)
    return result
  } finally {
    await queue.stop()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}
