import { type TemplateCard, WSClient, type WsFrame } from '@wecom/aibot-node-sdk'
import { afterEach, describe, expect, it } from 'vitest'
import { answeredCard, buttonInteraction } from '../../../src/adapters/wecom/card.ts'
import { reminderCard } from '../../../src/outbox/reminder-card.ts'
import { wecomGroupText } from '../../platforms/wecom-wire.ts'
import { fixture } from './fixture.ts'
import { startListening, startPlatform, until } from './long-connection-listening.ts'

const clients: WSClient[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect()
})

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** The official client, talking to the fake that our client talks to. */
function officialClient(url: string, secret = 'bot-secret') {
  const client = new WSClient({
    botId: 'AIB1',
    secret,
    wsUrl: url,
    logger: silent,
    reconnectInterval: 1,
    maxAuthFailureAttempts: 2,
  })
  clients.push(client)
  const messages: WsFrame[] = []
  const happened: string[] = []
  client.on('message', (frame: WsFrame) => messages.push(frame))
  for (const name of ['authenticated', 'disconnected', 'reconnecting', 'error', 'event.disconnected_event'] as const)
    client.on(name, () => happened.push(name))
  client.connect()
  return { client, messages, happened }
}

describe('the official client of WeCom against the fake that ours is tried against', () => {
  it('subscribes, receives, answers and pushes', async () => {
    const { fake } = await startPlatform()
    const { client, messages, happened } = officialClient(fake.url)
    await until(() => expect(happened).toContain('authenticated'))
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    await until(() => expect(messages).toHaveLength(1))
    const [frame] = messages as [WsFrame]
    await client.replyStream(frame, 'S1', '正在处理')
    await client.replyStream(frame, 'S1', '已登记', true)
    await client.sendMessage('wrG1', { msgtype: 'markdown', markdown: { content: '周报' } })
    expect(fake.said).toEqual([
      { by: 'answer', chatid: 'wrG1', content: '已登记', streamId: 'S1' },
      { by: 'push', chatid: 'wrG1', content: '周报' },
    ])
  })

  it('shows a card and replaces it when it is pressed', async () => {
    const { fake } = await startPlatform()
    const { client, happened } = officialClient(fake.url)
    const presses: WsFrame[] = []
    client.on('event.template_card_event', (frame: WsFrame) => presses.push(frame))
    await until(() => expect(happened).toContain('authenticated'))
    fake.tell(fixture('bot-single-text'))
    const place = { groupId: 'wrG1', taskId: 'o1', place: 'bot' } as const
    const card = buttonInteraction(reminderCard('o1'), '只说要办的事', place) as unknown as TemplateCard
    await client.sendMessage('LiMei', { msgtype: 'template_card', template_card: card })
    fake.press('LiMei', 'any', 'o1')
    await until(() => expect(presses).toHaveLength(1))
    const answered = answeredCard({ command: '申诉 #o1' }, '申诉已记下', 'o1') as unknown as TemplateCard
    await client.updateTemplateCard(presses[0] as WsFrame, answered)
    expect(fake.said).toMatchObject([{ by: 'card', chatid: 'LiMei', content: '申诉已记下' }])
  })

  it('is refused as we are', async () => {
    const { fake, timing } = await startPlatform()
    const { client, messages, happened } = officialClient(fake.url)
    await until(() => expect(happened).toContain('authenticated'))
    const push = () => client.sendMessage('wrNobody', { msgtype: 'markdown', markdown: { content: '周报' } })
    await expect(push()).rejects.toMatchObject({ errcode: 93006 })
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    await until(() => expect(messages).toHaveLength(1))
    const [frame] = messages as [WsFrame]
    await expect(client.replyStream({ headers: { req_id: 'unknown' } }, 'S1', '好', true)).rejects.toMatchObject({
      errcode: 846605,
    })
    await timing.advance(6 * 60_000 + 1)
    await expect(client.replyStream(frame, 'S1', '好', true)).rejects.toMatchObject({ errcode: 846608 })
    const pushes = Array.from({ length: 31 }, () =>
      client.sendMessage('wrG1', { msgtype: 'markdown', markdown: { content: '周报' } }),
    )
    const results = await Promise.allSettled(pushes)
    expect(results.filter((result) => result.status === 'rejected')).toMatchObject([{ reason: { errcode: 45009 } }])
  })

  it('gives up after a wrong secret, which ours waits out', async () => {
    const { fake } = await startPlatform()
    const { happened } = officialClient(fake.url, 'wrong')
    await until(() => expect(happened).toContain('reconnecting'))
    expect(happened).not.toContain('authenticated')
    expect(fake.subscribed).toBe(0)
  })

  it('is ended when ours takes its place, and ends ours when it takes the place', async () => {
    const ours = await startListening()
    await ours.up()
    const theirs = officialClient(ours.fake.url)
    await until(() => expect(theirs.happened).toContain('authenticated'))
    await ours.listening()
    expect(ours.kinds()).toEqual(['up', 'WECOM_BOT_TAKEN_OVER'])
    ours.listen()
    await until(() => expect(ours.timing.waits.at(-1)).toBe(10_000))
    await ours.timing.advance(10_000)
    await ours.up(2)
    await until(() => expect(theirs.happened).toContain('event.disconnected_event'))
    expect(ours.fake.replaced).toBe(2)
  })
})
