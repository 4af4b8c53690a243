import { describe, expect, it } from 'vitest'
import {
  ACKNOWLEDGE_TIMEOUT_MS,
  CONVERSATION_BURST,
  CONVERSATION_REFILL_MS,
} from '../../../src/adapters/wecom/constants.ts'
import { createConversationLimiter } from '../../../src/adapters/wecom/long-connection-limiter.ts'
import { wecomGroupText } from '../../platforms/wecom-wire.ts'
import { fixture } from './fixture.ts'
import { startListening, UNLIMITED, until } from './long-connection-listening.ts'

const GROUP = { kind: 'group' } as const
const toGroup = (body: string, groupId = 'wrG1') => ({ groupId, audience: GROUP, outboxId: 'o1', body })
const toMember = (body: string, memberId = 'LiMei') => ({
  groupId: 'wrG1',
  audience: { kind: 'member', memberId } as const,
  outboxId: 'o1',
  body,
})

/** A bot that a group and a member have talked to. */
async function acquainted() {
  const started = await startListening()
  await started.up()
  started.fake.tell(wecomGroupText('M1', '@清群 你好'))
  started.fake.tell(fixture('bot-single-text'))
  await until(() => expect(started.ears.messages).toHaveLength(2))
  return started
}

describe('WeCom bot channel: whom it reaches', () => {
  it('reaches groups, and those members who have talked to it in private', async () => {
    const { channel } = await acquainted()
    expect(channel).toMatchObject({ name: 'wecom-bot:main', maxBytes: 20_480 })
    const reaches = (groupId: string, memberId?: string) =>
      channel.reaches({ groupId, audience: memberId === undefined ? GROUP : { kind: 'member', memberId } })
    expect(reaches('wrG1')).toBe(true)
    expect(reaches('single:limei')).toBe(false)
    expect(reaches('wrG1', 'LiMei')).toBe(true)
    expect(reaches('wrG1', 'limei')).toBe(true)
    expect(reaches('wrG1', 'zhangsan')).toBe(false)
  })

  it('asks the store about conversations of earlier days', async () => {
    const known = new Set(['wrOld', 'single:wangwu'])
    const { channel, up } = await startListening({ knows: (groupId) => known.has(groupId) })
    await up()
    expect(channel.reaches({ groupId: 'wrOld', audience: GROUP })).toBe(true)
    expect(channel.reaches({ groupId: 'wrNew', audience: GROUP })).toBe(false)
    expect(channel.reaches({ groupId: 'wrNew', audience: { kind: 'member', memberId: 'WangWu' } })).toBe(true)
  })
})

describe('WeCom bot channel: speaking', () => {
  it('pushes markdown into a group and to a member', async () => {
    const { fake, channel } = await acquainted()
    expect(await channel.send(toGroup('**周报** @所有人'))).toEqual({ status: 'sent', receipt: null })
    expect(await channel.send(toMember('提醒'))).toEqual({ status: 'sent', receipt: null })
    expect(fake.said).toEqual([
      { by: 'push', chatid: 'wrG1', content: '**周报** 所有人' },
      { by: 'push', chatid: 'LiMei', content: '提醒' },
    ])
    expect(fake.of('aibot_send_msg').map((frame) => frame.body?.chat_type)).toEqual([2, 1])
    expect(new Set(fake.of('aibot_send_msg').map((frame) => frame.headers.req_id)).size).toBe(2)
  })

  it.each([
    [93006, 'failed'],
    [846605, 'failed'],
    [846608, 'failed'],
    [853000, 'failed'],
    [40058, 'failed'],
    [999999, 'failed'],
    [45009, 'retry'],
    [846609, 'retry'],
    [-1, 'retry'],
  ])('says what error %i means', async (errcode, status) => {
    const { fake, channel } = await acquainted()
    fake.refuse('aibot_send_msg', errcode)
    const result = await channel.send(toGroup('周报'))
    expect(result).toMatchObject({ status, code: errcode === -1 ? 'WECOM_BUSY' : `WECOM_${errcode}` })
    expect('hint' in result && result.hint).toMatch(/\p{Script=Han}/u)
    expect(fake.said).toEqual([])
  })

  it('is told by the platform where nobody has talked to it', async () => {
    const { channel } = await acquainted()
    expect(await channel.send(toGroup('周报', 'wrStrange'))).toMatchObject({ status: 'failed', code: 'WECOM_93006' })
  })

  it('waits where it is not connected', async () => {
    const { fake, channel, kinds } = await acquainted()
    fake.drop()
    await until(() => expect(kinds()).toContain('WECOM_BOT_CLOSED'))
    expect(await channel.send(toGroup('周报'))).toMatchObject({ status: 'retry', code: 'WECOM_BOT_NOT_CONNECTED' })
    expect(fake.of('aibot_send_msg')).toEqual([])
  })

  it('calls it uncertain where no acknowledgement comes, and where the connection breaks before it', async () => {
    const { fake, channel, timing } = await acquainted()
    fake.acknowledge('aibot_send_msg', 'never')
    const silent = channel.send(toGroup('周报'))
    await until(() => expect(fake.said).toHaveLength(1))
    await timing.advance(ACKNOWLEDGE_TIMEOUT_MS)
    expect(await silent).toMatchObject({ status: 'uncertain', code: 'WECOM_BOT_UNACKNOWLEDGED' })
    const broken = channel.send(toGroup('日报'))
    await until(() => expect(fake.said).toHaveLength(2))
    fake.drop()
    expect(await broken).toMatchObject({ status: 'uncertain', code: 'WECOM_BOT_UNACKNOWLEDGED' })
  })

  it('takes a late acknowledgement that comes in time', async () => {
    const { fake, channel, timing } = await acquainted()
    fake.acknowledge('aibot_send_msg', 'held')
    const late = channel.send(toGroup('周报'))
    await until(() => expect(fake.said).toHaveLength(1))
    await timing.advance(ACKNOWLEDGE_TIMEOUT_MS - 1)
    fake.release()
    expect(await late).toEqual({ status: 'sent', receipt: null })
  })

  it('refuses what is longer than the platform takes', async () => {
    const { fake, channel } = await acquainted()
    expect(await channel.send(toGroup('长'.repeat(6827)))).toMatchObject({ status: 'failed', code: 'WECOM_TOO_LONG' })
    expect(await channel.send(toGroup(`长${'长'.repeat(6825)}ab`))).toMatchObject({ status: 'sent' })
    expect(fake.said).toHaveLength(1)
  })

  it('keeps the order within a group', async () => {
    const { fake, channel } = await acquainted()
    const bodies = Array.from({ length: 8 }, (_, index) => `第 ${index} 段`)
    await Promise.all(bodies.map((body) => channel.send(toGroup(body))))
    expect(fake.said.map((said) => said.content)).toEqual(bodies)
  })
})

describe('WeCom bot channel: the pace of a conversation', () => {
  it('stays below 30 a minute and 1,000 an hour, wherever these begin', () => {
    expect(CONVERSATION_BURST + Math.ceil(60_000 / CONVERSATION_REFILL_MS)).toBeLessThanOrEqual(30)
    expect(CONVERSATION_BURST + Math.ceil(3_600_000 / CONVERSATION_REFILL_MS)).toBeLessThanOrEqual(1000)
  })

  it('counts each conversation alone, its answers and pushes together', async () => {
    const asked: string[] = []
    const limiterOf = (id: string) => {
      asked.push(id)
      return UNLIMITED
    }
    const { fake, channel, ears, up } = await startListening({ limiterOf })
    await up()
    ears.answer = '已登记'
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    await until(() => expect(fake.said).toHaveLength(1))
    await channel.send(toGroup('周报'))
    await channel.send(toMember('提醒', 'wrG1'))
    expect(asked).toEqual(['wecom-bot:main:group:wrG1', 'wecom-bot:main:group:wrG1', 'wecom-bot:main:single:wrG1'])
  })

  it('lets no more than a burst through at once', async () => {
    const limiterOf = createConversationLimiter()
    let done = 0
    for (let index = 0; index < CONVERSATION_BURST + 5; index++)
      void limiterOf('a').schedule(async () => {
        done++
      })
    await until(() => expect(done).toBe(CONVERSATION_BURST))
    let other = 0
    await limiterOf('b').schedule(async () => {
      other++
    })
    expect([done, other]).toEqual([CONVERSATION_BURST, 1])
  })
})
