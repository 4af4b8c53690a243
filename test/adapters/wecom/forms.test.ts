import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { Refused } from '../../../src/adapters/http-client.ts'
import { createWecomAppChannel, type WecomAppChannelOptions } from '../../../src/adapters/wecom/app-channel.ts'
import { createWecomAppchatChannel } from '../../../src/adapters/wecom/appchat-channel.ts'
import { createWecomCardUpdate } from '../../../src/adapters/wecom/card-update.ts'
import { MAX_WEBHOOK_IMAGE_BYTES, MEDIA_ID_MS } from '../../../src/adapters/wecom/constants.ts'
import { createWecomWebhookChannel } from '../../../src/adapters/wecom/webhook-channel.ts'
import type { Picture } from '../../../src/domain/card.ts'
import { error, type FakeWecom, startFakeWecom } from '../../platforms/fake-wecom.ts'

const open: FakeWecom[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})
async function start(): Promise<FakeWecom> {
  const fake = await startFakeWecom()
  open.push(fake)
  return fake
}

const unlimited = { schedule: <T>(job: () => Promise<T>) => job() }
const CARD = { title: '清群提醒', buttons: [{ text: '申诉', command: '申诉 #o1', inPrivate: true }] }
const pictureOf = (bytes = 64): Picture => {
  const png = new Uint8Array(bytes)
  png.set([0x89, 0x50, 0x4e, 0x47])
  return { png, description: '本周的进度' }
}
const toMember = (changes: object = {}) => ({
  groupId: 'g1',
  audience: { kind: 'member', memberId: 'zhangsan' } as const,
  outboxId: 'o1',
  body: '**提醒**:{{@lisi}} 工作群里请只说要办的事 @所有人',
  card: CARD,
  ...changes,
})
const toGroup = (changes: object = {}) => ({
  groupId: 'g1',
  audience: { kind: 'group' } as const,
  outboxId: 'o1',
  body: '## 周报',
  ...changes,
})
const kindsOf = (fake: FakeWecom) => fake.sent.map(({ body }) => body.msgtype)

function appOn(fake: FakeWecom, changes: Partial<WecomAppChannelOptions> = {}) {
  const lost: Refused[] = []
  const clock = { at: 0 }
  const channel = createWecomAppChannel({
    channelId: 'main',
    corpId: 'wwcorp',
    corpSecret: 'app-secret',
    agentId: 1000002,
    fetch: globalThis.fetch,
    now: () => clock.at,
    baseUrl: fake.url,
    cards: true,
    limiterOf: () => unlimited,
    onPictureLost: (refused) => lost.push(refused),
    ...changes,
  })
  return { channel, lost, clock }
}

describe('WeCom app: a card', () => {
  it('shows the body in plain text with its buttons, named after the entry of the outbox', async () => {
    const fake = await start()
    expect(await appOn(fake).channel.send(toMember())).toEqual({ status: 'sent', receipt: 'sent-1' })
    expect(fake.sent.map(({ content }) => content)).toEqual(['【清群提醒】提醒:工作群里请只说要办的事 所有人[申诉]'])
    expect(fake.forms.cards).toMatchObject([{ taskId: 'o1', to: 'zhangsan' }])
  })

  it('is the body alone where the presses could not come back, or it does not fit a card', async () => {
    const fake = await start()
    await appOn(fake, { cards: false }).channel.send(toMember())
    await appOn(fake).channel.send(toMember({ body: '好'.repeat(161) }))
    expect(kindsOf(fake)).toEqual(['markdown', 'markdown'])
  })

  it.each([40008, 40058, 301099])('is the body alone where the platform refuses its form with %i', async (errcode) => {
    const fake = await start()
    const { channel } = appOn(fake)
    await channel.send(toMember({ card: undefined }))
    fake.next(error(errcode, 'x'))
    expect(await channel.send(toMember())).toMatchObject({ status: 'sent' })
    expect(kindsOf(fake)).toEqual(['markdown', 'markdown'])
  })

  it.each([60111, 60011, 60020, 48002])(
    'is not tried in another form where code %i is not about it',
    async (errcode) => {
      const fake = await start()
      const { channel } = appOn(fake)
      await channel.send(toMember({ card: undefined }))
      fake.next(error(errcode, 'x'))
      expect(await channel.send(toMember())).toMatchObject({ status: 'failed', code: `WECOM_${errcode}` })
      expect(fake.seen.filter(({ path }) => path === '/cgi-bin/message/send')).toHaveLength(2)
    },
  )

  it('is sent again where no answer came, and shown once', async () => {
    const fake = await start()
    const { channel } = appOn(fake)
    await channel.send(toMember({ card: undefined }))
    fake.next((usual) => ({ ...usual, broken: 'reset' }))
    expect(await channel.send(toMember())).toMatchObject({ status: 'retry' })
    expect(await channel.send(toMember())).toMatchObject({ status: 'sent' })
    expect(kindsOf(fake)).toEqual(['markdown', 'template_card'])
  })

  it('is not said a second time in words where it may have been shown and is refused now', async () => {
    const fake = await start()
    const { channel } = appOn(fake)
    await channel.send(toMember({ card: undefined }))
    fake.next((usual) => ({ ...usual, broken: 'reset' }), error(42015, 'task_id is used'))
    expect(await channel.send(toMember())).toMatchObject({ status: 'retry' })
    expect(await channel.send(toMember())).toMatchObject({ status: 'uncertain', code: 'WECOM_42015' })
    expect(kindsOf(fake)).toEqual(['markdown', 'template_card'])
  })
})

describe('WeCom app: the update of a card', () => {
  const updateOn = (fake: FakeWecom) => {
    const waits: number[] = []
    const timing = { now: () => 0, random: () => 0, sleep: async (ms: number) => void waits.push(ms) }
    const lost: string[] = []
    const update = createWecomCardUpdate({
      corpId: 'wwcorp',
      corpSecret: 'app-secret',
      agentId: 1000002,
      fetch: globalThis.fetch,
      now: () => 0,
      baseUrl: fake.url,
      timing,
      signal: new AbortController().signal,
      onFailed: ({ code }) => lost.push(code),
    })
    return { update, waits, lost }
  }
  const press = (responseCode: string) => ({
    memberId: 'zhangsan',
    responseCode,
    answer: '**申诉**已记下,会转给负责人',
  })

  it('puts the beginning of the answer in place of the buttons, with each code once', async () => {
    const fake = await start()
    await appOn(fake).channel.send(toMember())
    const { update, lost } = updateOn(fake)
    const code = fake.forms.press('o1')
    await update(press(code))
    expect(fake.forms.cards[0]?.replaced).toBe('申诉已记下')
    await update(press(code))
    expect(lost).toEqual(['WECOM_42014'])
  })

  it('is tried again where the platform is busy, and given up after three attempts', async () => {
    const fake = await start()
    await appOn(fake).channel.send(toMember())
    const { update, waits, lost } = updateOn(fake)
    const busy = () => error(-1, 'busy')
    await update(press('none'))
    fake.next(busy(), busy())
    await update(press(fake.forms.press('o1')))
    expect(fake.forms.cards[0]?.replaced).toBe('申诉已记下')
    expect(waits).toEqual([5_000, 10_000])
    fake.next(busy(), busy(), busy())
    await update(press(fake.forms.press('o1')))
    expect(lost).toEqual(['WECOM_42014', 'WECOM_BUSY'])
  })
})

describe('WeCom app: pictures and recall', () => {
  it('uploads a picture once for all who get it, and anew when its id has aged', async () => {
    const fake = await start()
    const { channel, clock, lost } = appOn(fake)
    const picture = pictureOf()
    for (const at of [0, MEDIA_ID_MS - 1, MEDIA_ID_MS]) {
      clock.at = at
      expect(await channel.send(toMember({ picture, card: undefined }))).toMatchObject({ status: 'sent' })
    }
    expect(kindsOf(fake)).toEqual(['markdown', 'image', 'markdown', 'image', 'markdown', 'image'])
    expect(fake.forms.media.size).toBe(2)
    expect([...fake.forms.media.values()][0]).toEqual(Buffer.from(picture.png))
    expect(lost).toEqual([])
  })

  it('has said its words where the picture is refused, and tells so', async () => {
    const fake = await start()
    const { channel, lost } = appOn(fake)
    fake.next(
      (usual) => usual,
      (usual) => usual,
      error(40009, 'x'),
    )
    expect(await channel.send(toMember({ picture: pictureOf(), card: undefined }))).toMatchObject({ status: 'sent' })
    expect(kindsOf(fake)).toEqual(['markdown'])
    expect(lost).toMatchObject([{ code: 'WECOM_40009' }])
  })

  it('shows no picture where the words were not said', async () => {
    const fake = await start()
    const { channel } = appOn(fake)
    fake.next((usual) => usual, error(60111, 'x'))
    await channel.send(toMember({ picture: pictureOf(), card: undefined }))
    expect(fake.seen.some(({ path }) => path === '/cgi-bin/media/upload')).toBe(false)
  })

  it('takes back what it said by its receipt, and says where that is too late', async () => {
    const fake = await start()
    const { channel } = appOn(fake)
    const sent = await channel.send(toMember())
    const receipt = sent.status === 'sent' ? (sent.receipt ?? '') : ''
    expect(await channel.recall?.(receipt)).toEqual({ status: 'sent', receipt: null })
    expect(fake.forms.recalled).toEqual(['sent-1'])
    expect(await channel.recall?.('other')).toMatchObject({ status: 'failed' })
    fake.next((usual) => ({ ...usual, broken: 'reset' }))
    expect(await channel.recall?.(receipt)).toMatchObject({ status: 'retry' })
  })

  it('shows pictures in the chats of the app too, and its buttons in words alone', async () => {
    const fake = await start()
    const channel = createWecomAppchatChannel({
      channelId: 'main',
      corpId: 'wwcorp',
      corpSecret: 'app-secret',
      chats: { g1: 'chat1' },
      fetch: globalThis.fetch,
      now: () => 0,
      baseUrl: fake.url,
      limiter: unlimited,
    })
    expect(await channel.send(toGroup({ picture: pictureOf(), card: CARD }))).toMatchObject({ status: 'sent' })
    expect(kindsOf(fake)).toEqual(['markdown', 'image'])
  })
})

describe('WeCom group robot: forms', () => {
  function robotOn(fake: FakeWecom) {
    const lost: Refused[] = []
    const channel = createWecomWebhookChannel({
      channelId: 'main',
      keys: { g1: 'webhook-key-0001' },
      fetch: globalThis.fetch,
      baseUrl: fake.url,
      limiterOf: () => unlimited,
      onPictureLost: (refused) => lost.push(refused),
    })
    return { channel, lost }
  }

  it('shows a picture after its body', async () => {
    const fake = await start()
    const picture = pictureOf()
    expect(await robotOn(fake).channel.send(toGroup({ picture }))).toEqual({ status: 'sent', receipt: null })
    const bytes = Buffer.from(picture.png)
    expect(fake.sent.map(({ body }) => body)).toEqual([
      { msgtype: 'markdown', markdown: { content: '## 周报' } },
      {
        msgtype: 'image',
        image: { base64: bytes.toString('base64'), md5: createHash('md5').update(bytes).digest('hex') },
      },
    ])
  })

  it('takes pictures of 2 MB and leaves larger ones to their words', async () => {
    const fake = await start()
    const { channel, lost } = robotOn(fake)
    await channel.send(toGroup({ picture: pictureOf(MAX_WEBHOOK_IMAGE_BYTES) }))
    await channel.send(toGroup({ picture: pictureOf(MAX_WEBHOOK_IMAGE_BYTES + 1) }))
    expect(kindsOf(fake)).toEqual(['markdown', 'image', 'markdown'])
    expect(lost).toMatchObject([{ code: 'WECOM_PICTURE_TOO_LARGE' }])
  })

  it('says a table in the newer markdown, unless it calls on somebody', async () => {
    const fake = await start()
    const { channel } = robotOn(fake)
    const table = '| 事项 | 期限 |\n| --- | :-: |\n| 台账 | 周五 |'
    for (const body of [table, `{{@zhangsan}} ${table}`, `说明\n\n${table}`, '| 不是 | 表 |', '- 一\n- 二'])
      await channel.send(toGroup({ body }))
    expect(kindsOf(fake)).toEqual(['markdown_v2', 'markdown', 'markdown_v2', 'markdown', 'markdown'])
  })

  it('says the body alone where there are buttons, which its cards do not have', async () => {
    const fake = await start()
    await robotOn(fake).channel.send(toGroup({ card: CARD }))
    expect(kindsOf(fake)).toEqual(['markdown'])
  })
})
