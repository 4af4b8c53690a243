import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src/store/database.ts'
import { BOAST, intakeOn, LEADER, messageOf } from '../helpers/intake.ts'
import { qingqun } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 120_000 }

let folder: string
async function withData<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ kind: 'embedded', folder })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-appeals-'))
  await withData(async (store) => {
    const { intake } = await intakeOn(store)
    const single = { chat: 'single' as const, addressesBot: true }
    await intake.accept(messageOf(BOAST, { messageId: 'b1', by: LEADER }))
    await intake.accept(messageOf(BOAST, { messageId: 'b2' }))
    await intake.accept(messageOf(BOAST, { messageId: 'b3', groupId: 'g2' }))
    await store.db.updateTable('outbox').set({ state: 'sent' }).execute()
    await intake.accept(messageOf('申诉 县里要的', { ...single, groupId: 'single:chen', by: LEADER }))
    await intake.accept(messageOf('申诉', { ...single, groupId: 'single:limei' }))
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const appeals = (...args: string[]) => qingqun(['appeals', ...args], { env: { DATA_DIR: folder } })
const decide = (number: string, ...args: string[]) => appeals('--decide', number, ...args)
const BY = ['--by', '周书记', '--reason', '看过原文,确是报送的材料']

describe('qingqun appeals', PROCESSES, () => {
  it('lists all appeals with their evidence, and says for which of them nobody but the operator can decide', async () => {
    const { code, out, err } = await appeals()
    expect(code).toBe(0)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toMatchObject([
      {
        number: 1,
        group: 'g1',
        message: 'b1',
        rule: 'no-boasting',
        policy: 1,
        member: 'chen',
        reason: '县里要的',
        text: BOAST,
        verdict: { label: 'boast', reasons: expect.any(Array) },
        said: expect.stringContaining('申诉'),
        state: 'open',
        decided: null,
        deciders: [],
      },
      { number: 2, group: 'g2', message: 'b3', before: [], deciders: ['chen'] },
    ])
    expect(err).toContain('申诉 2 件,待处理 2 件;其中 1 号没有可以处理的负责人')
    const ofGroup = await appeals('--group', 'g2')
    expect(ofGroup.out.trim().split('\n')).toHaveLength(1)
  })

  it('decides one for a person who is not the one concerned, once, and leaves word for that one', async () => {
    const own = await decide('1', '--uphold', '--by', LEADER.name, '--reason', '是对的')
    expect([own.code, own.out]).toEqual([2, ''])
    expect(own.err).toContain('本人')

    const upheld = await decide('1', '--uphold', ...BY, '--label', '信息通知')
    expect([upheld.code, upheld.err]).toEqual([0, expect.stringContaining('消息改记为“信息通知”')])
    expect(JSON.parse(upheld.out)).toMatchObject({ state: 'upheld', decided: { by: '周书记', reason: BY[3] } })
    const rejected = await decide('2', '--reject', ...BY)
    expect([rejected.code, rejected.err]).toEqual([0, expect.stringContaining('已驳回')])
    const again = await decide('1', '--reject', ...BY)
    expect([again.code, again.out]).toEqual([2, ''])
    expect(again.err).toContain('此前已经处理')

    await withData(async (store) => {
      const words = await store.db
        .selectFrom('outbox')
        .select(['recipient', 'channel', 'state', 'body'])
        .where('cause', 'like', 'appeal:decided:%')
        .orderBy('recipient')
        .execute()
      expect(words).toMatchObject([
        { recipient: 'chen', channel: 'test', state: 'queued', body: expect.stringContaining('已获同意') },
        { recipient: 'limei', channel: 'test', state: 'queued', body: expect.stringContaining(BY[3] ?? '') },
      ])
      const messages = await store.db.selectFrom('messages').select('label').where('message_id', '=', 'b1').execute()
      expect(messages).toEqual([{ label: 'notice' }])
    })
  })

  it('says what is wrong with a call', async () => {
    const calls: [string[], RegExp][] = [
      [['--decide', 'x', '--uphold', ...BY], /--decide/],
      [['--decide', '1', ...BY], /--uphold/],
      [['--decide', '1', '--uphold', '--reject', ...BY], /--uphold/],
      [['--decide', '1', '--reject', ...BY, '--label', 'task'], /--label/],
      [['--decide', '1', '--uphold', ...BY, '--label', 'praise'], /boast\(晒成绩\)/],
      [['--decide', '1', '--uphold', '--by', '周书记'], /--reason/],
      [['--decide', '1', '--uphold', '--reason', '是'], /--by/],
      [['--decide', '9', '--uphold', ...BY], /没有第 9 号申诉/],
      [['--uphold'], /--decide/],
    ]
    const ended = []
    for (const [args] of calls) ended.push(await appeals(...args))
    for (const [index, { code, out, err }] of ended.entries()) {
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(calls[index]?.[1] ?? /^$/)
      expect(err).not.toMatch(/\bat .*\.ts/)
    }
  })
})
