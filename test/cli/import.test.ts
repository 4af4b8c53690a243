import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/database.ts'
import { listGroups } from '../../src/store/groups.ts'
import { BOAST, TASK } from '../helpers/intake.ts'
import { qingqun, ROOT } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 120_000 }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-import-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}
const importing = (...args: string[]) => qingqun(['import', ...args], { env: { DATA_DIR: join(folder, 'data') } })

const TEXT = `2026-11-02 08:31:00 陈主任\n${TASK}\n2026-11-02 08:35:00 李梅\n收到\n2026-11-02 08:35:00 李梅\n收到\n2026-11-02 09:10:00 李梅\n${BOAST}\n`

describe('qingqun import', PROCESSES, () => {
  it('stores what every file holds, once however often it is imported, and says nothing of it to anybody', async () => {
    const chat = await file('chat.txt', TEXT)
    const group = ['--group', 'g1', '--name', '测试群']
    const first = await importing(chat, join(ROOT, 'config/transcripts/dev-1.json'), ...group)
    expect(first.code).toBe(0)
    const transcript = JSON.parse(await readFile(join(ROOT, 'config/transcripts/dev-1.json'), 'utf8'))
    expect(
      first.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { file: chat, format: '微信、企业微信文本', added: 4, known: 0, unjudged: 0 },
      { format: '清群群聊记录 JSON', added: transcript.messages.length, known: 0, unjudged: 0 },
    ])
    expect(first.err).toContain('chat.txt 100%')

    const again = await importing(chat, ...group)
    expect(JSON.parse(again.out)).toMatchObject({ added: 0, known: 4 })

    const store = await openStore({ kind: 'embedded', folder: join(folder, 'data') })
    const groups = await listGroups(store.db)
    const messages = await store.db.selectFrom('messages').selectAll().execute()
    const outbox = await store.db.selectFrom('outbox').selectAll().execute()
    const decisions = await store.db.selectFrom('decisions').selectAll().execute()
    await store.close()
    expect(groups).toMatchObject([{ groupId: 'g1', name: '测试群', adapter: 'import' }])
    expect(messages).toHaveLength(4 + transcript.messages.length)
    expect(outbox.length).toBeGreaterThan(0)
    for (const entry of outbox) expect(entry.channel).toBe('simulated')
    expect(decisions.length).toBeGreaterThan(0)
    for (const decision of decisions) expect(decision.simulated).toBe(true)
  })

  it('names file and line of what is wrong, and stores nothing of any file then', async () => {
    const good = await file('good.txt', TEXT)
    const bad = await file('bad.txt', `${TEXT}2026-13-02 08:31:00 王五\n早\n`)
    const { code, out, err } = await importing(good, bad, '--group', 'g1', '--name', '测试群')
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/bad\.txt[\s\S]*第 9 行/)
    const none = await qingqun(['digest', '--group', 'g1'], { env: { DATA_DIR: join(folder, 'data') } })
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('还没有数据')])
  })

  it('is refused without group, name or file, and for a file that cannot be read', async () => {
    for (const args of [
      ['--group', 'g1', '--name', 'x'],
      ['x.txt', '--group', 'g1'],
      ['x.txt', '--name', 'x'],
    ])
      expect((await importing(...args)).code).toBe(2)
    const { code, err } = await importing(join(folder, 'none.txt'), '--group', 'g1', '--name', 'x')
    expect([code, err]).toEqual([2, expect.stringContaining('none.txt')])
  })
})
