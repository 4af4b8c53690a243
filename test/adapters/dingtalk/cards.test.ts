import { afterEach, describe, expect, it } from 'vitest'
import type { Receipt } from '../../../src/adapters/adapter.ts'
import { createDingtalkCardCallback } from '../../../src/adapters/dingtalk/card-callback.ts'
import type { DingtalkCards } from '../../../src/adapters/dingtalk/card-delivery.ts'
import { readCardPress } from '../../../src/adapters/dingtalk/card-press.ts'
import { cardApiSecret, createCardRoute } from '../../../src/adapters/dingtalk/card-route.ts'
import { createDingtalkApp } from '../../../src/adapters/dingtalk/dingtalk-app.ts'
import { createDingtalkGroupChannel } from '../../../src/adapters/dingtalk/group-channel.ts'
import { createIllustratedChannel } from '../../../src/adapters/dingtalk/illustrated-channel.ts'
import { createDingtalkPrivateChannel } from '../../../src/adapters/dingtalk/private-channel.ts'
import { createPressSeal } from '../../../src/adapters/press-seal.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { dingtalkCardDelivery, dingtalkPressed } from '../../platforms/dingtalk-wire.ts'
import { type FakeDingtalk, problem, startFakeDingtalk } from '../../platforms/fake-dingtalk.ts'
import { refusalOf } from '../refused.ts'
import { fixture } from './fixture.ts'

const NOW = 1_700_000_000_000
const ROBOT = 'ding1fdabddc'
const seal = createPressSeal('ding-secret')
const PICTURE = { png: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00, 0x0d, 0x0a]), description: '本周任务' }

const open: FakeDingtalk[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

async function start(cards: Partial<DingtalkCards> | null = {}) {
  const fake = await startFakeDingtalk({ templates: ['t.schema'] })
  open.push(fake)
  const limiterOf = () => ({ schedule: <T>(job: () => Promise<T>) => job() })
  const credentials = { appKey: 'ding-key', appSecret: 'ding-secret', fetch: globalThis.fetch, now: () => NOW }
  const app = createDingtalkApp({ ...credentials, baseUrl: fake.url, oapiUrl: fake.url, limiterOf })
  const plain: string[] = []
  const shared = {
    app,
    robotCode: ROBOT,
    cards: cards && { templateId: 't.schema', callback: 'stream' as const, seal, ...cards },
    onPlain: ({ code }: { code: string }) => void plain.push(code),
  }
  const inGroup = createDingtalkGroupChannel({ channelId: 'main', app, robotCode: ROBOT })
  const inPrivate = createDingtalkPrivateChannel({ ...credentials, channelId: 'main', app, robotCode: ROBOT })
  return {
    fake,
    app,
    plain,
    group: createIllustratedChannel({ words: inGroup, ...shared }),
    member: createIllustratedChannel({ words: inPrivate, ...shared }),
  }
}
const CARD = {
  title: '清群提醒',
  buttons: [
    { text: '销号', command: '销号 3' },
    { text: '申诉', command: '申诉 #o1', inPrivate: true },
  ],
}
const toGroup = {
  groupId: 'cidgroup1',
  audience: { kind: 'group' },
  outboxId: 'o1',
  body: '{{@zhang}} 台账\n周五到期 @所有人',
  card: CARD,
} as const
const toMember = { ...toGroup, audience: { kind: 'member', memberId: 'zhang' } } as const

function dataOf(fake: FakeDingtalk): Record<string, string> {
  const delivered = fake.cards.get('o1')?.cardData as { cardParamMap: Record<string, string> } | undefined
  return delivered?.cardParamMap ?? {}
}

describe('DingTalk interactive cards', () => {
  it('are delivered to a group with a variable for each part of the template', async () => {
    const { fake, group } = await start()
    expect(await group.send(toGroup)).toEqual({ status: 'sent', receipt: '@cidgroup1 key-card-1' })
    expect(fake.sent).toEqual([])
    expect(fake.cards.get('o1')).toMatchObject({
      callbackType: 'STREAM',
      openSpaceId: 'dtv1.card//IM_GROUP.cidgroup1',
      imGroupOpenSpaceModel: { supportForward: false },
      imGroupOpenDeliverModel: { robotCode: ROBOT },
      userIdType: 1,
    })
    const { press1, press2, ...data } = dataOf(fake)
    const empty = Object.fromEntries([3, 4, 5, 6].flatMap((n) => [`button${n}`, `press${n}`]).map((name) => [name, '']))
    expect(data).toEqual({
      title: '清群提醒',
      content: '台账  \n周五到期 所有人',
      button1: '销号',
      button2: '申诉',
      ...empty,
      answer: '',
      done: 'false',
    })
    expect(seal.open(press1 ?? '')).toEqual({ g: 'cidgroup1', c: '销号 3' })
    expect(seal.open(press2 ?? '')).toEqual({ g: 'cidgroup1', c: '申诉 #o1', p: true })
  })

  it('are delivered to one person, who alone may press them', async () => {
    const { fake, member } = await start()
    expect(await member.send(toMember)).toMatchObject({ status: 'sent' })
    expect(fake.cards.get('o1')).toMatchObject({
      openSpaceId: 'dtv1.card//IM_ROBOT.zhang',
      imRobotOpenDeliverModel: { spaceType: 'IM_ROBOT', robotCode: ROBOT },
    })
    expect(seal.open(dataOf(fake).press1 ?? '')).toEqual({ g: 'cidgroup1', c: '销号 3', m: 'zhang' })
  })

  it('make their address known before the first one, where presses come by HTTP', async () => {
    const { fake, app } = await start()
    const route = createCardRoute({ app, url: 'https://a.example/callbacks/dingtalk/card', apiSecret: 's' })
    const group = createIllustratedChannel({
      words: createDingtalkGroupChannel({ channelId: 'main', app, robotCode: ROBOT }),
      app,
      robotCode: ROBOT,
      cards: { templateId: 't.schema', callback: route, seal },
    })
    await Promise.all(['o1', 'o2', 'o3'].map((outboxId) => group.send({ ...toGroup, outboxId })))
    expect([...fake.cards.values()].map((card) => [card.callbackType, card.callbackRouteKey])).toEqual(
      Array.from({ length: 3 }, () => ['HTTP', route.routeKey]),
    )
    expect(fake.seen.filter(({ path }) => path.endsWith('/register'))).toHaveLength(1)
    expect(fake.routes.get(route.routeKey)).toMatchObject({ apiSecret: 's', forceUpdate: true })
  })

  it('are said as words where no template is configured, a value is too long, or DingTalk refuses', async () => {
    const bare = await start(null)
    expect(await bare.group.send(toGroup)).toEqual({ status: 'sent', receipt: '@cidgroup1 key-1' })
    expect([bare.fake.cards.size, bare.fake.sent.length, bare.plain]).toEqual([0, 1, []])
    const { fake, group, plain } = await start({ templateId: 'gone.schema' })
    expect(await group.send(toGroup)).toMatchObject({ status: 'sent', receipt: '@cidgroup1 key-1' })
    expect(plain).toEqual(['DINGTALK_CARD_TEMPLATE_INVALID'])
    const long = await start()
    expect(await long.group.send({ ...toGroup, body: '台'.repeat(400) })).toMatchObject({ status: 'sent' })
    expect([long.fake.cards.size, long.fake.sent.length, fake.sent.length]).toEqual([0, 1, 1])
  })

  it('are said once, however the answer to the first attempt is lost', async () => {
    const { fake, group } = await start()
    await group.send({ ...toGroup, outboxId: 'o0' })
    for (const [index, broken] of (['reset', 'cut'] as const).entries()) {
      const message = { ...toGroup, outboxId: `lost-${index}` }
      fake.next((usual) => ({ ...usual, broken }))
      expect(await group.send(message)).toMatchObject({ status: 'retry' })
      expect(await group.send(message)).toEqual({ status: 'sent', receipt: null })
    }
    expect([fake.cards.size, fake.sent]).toEqual([3, []])
  })

  it('are followed by their picture; where it cannot be shown the words were said all the same', async () => {
    const { fake, group, member, plain } = await start()
    await group.send({ ...toGroup, picture: PICTURE })
    await member.send({ ...toMember, card: undefined, picture: PICTURE })
    expect([...fake.media.values()]).toEqual([Buffer.from(PICTURE.png), Buffer.from(PICTURE.png)])
    expect(fake.shown).toEqual([
      { to: 'cidgroup1', photoURL: '@lAL1' },
      { to: 'zhang', photoURL: '@lAL2' },
    ])
    const words = { ...toGroup, card: undefined, picture: PICTURE }
    fake.next((usual) => usual, problem('system.error', 500))
    expect(await group.send(words)).toMatchObject({ status: 'sent' })
    expect(fake.sent).toHaveLength(2)
    expect([fake.shown.length, plain]).toEqual([2, ['DINGTALK_SYSTEM_ERROR']])
  })

  it('can be taken back, and so can words, each with its picture', async () => {
    const { fake, group, member } = await start()
    const sent = [
      await group.send({ ...toGroup, picture: PICTURE }),
      await group.send({ ...toGroup, card: undefined }),
      await member.send({ ...toMember, card: undefined, picture: PICTURE }),
    ]
    const given = sent.map((result) => (result.status === 'sent' ? result.receipt : null))
    expect(given).toEqual(['@cidgroup1 key-card-1 key-picture-1', '@cidgroup1 key-1', 'key-2 key-picture-2'])
    for (const receipt of given) expect(await group.recall?.(receipt ?? '')).toEqual({ status: 'sent', receipt })
    expect(fake.recalled).toEqual(['key-card-1', 'key-picture-1', 'key-1', 'key-2', 'key-picture-2'])
    expect(await member.recall?.('nobody')).toMatchObject({ status: 'failed', code: 'DINGTALK_NOT_RECALLED' })
    fake.next(problem('invalid.openConversationId'))
    expect(await group.recall?.('@cidgroup2 key-1')).toMatchObject({ code: 'DINGTALK_GROUP_UNKNOWN' })
  })
})

const REF = { tenantId: 'default', channelId: 'card', receivedAt: NOW, seal }
const sealed = seal.seal({ g: 'cidgroup1', c: '销号 3' })
const receipts: Receipt[] = [{ duplicate: false, answers: ['**第 3 号**已销号。'] }]

describe('a pressed button of DingTalk', () => {
  it('says its command in the group, by whoever pressed it, and once', () => {
    const { message } = readCardPress(dingtalkPressed({ any: sealed, like: true }), REF)
    expect(groupMessageSchema.parse(message)).toEqual({
      tenantId: 'default',
      groupId: 'cidgroup1',
      messageId: expect.stringMatching(/^press-[0-9a-f]{32}$/),
      adapter: 'dingtalk',
      channelId: 'card',
      chat: 'group',
      sentAt: NOW,
      sender: { memberId: 'zhang' },
      kind: 'text',
      text: '销号 3',
      mentions: [],
      addressesBot: true,
    })
    const beside = { value: JSON.stringify({ cardPrivateData: { actionIds: ['1'] }, params: { p: sealed } }) }
    const again = readCardPress(dingtalkPressed({}, { ...beside, content: undefined }), { ...REF, receivedAt: NOW + 9 })
    expect(again.message?.messageId).toBe(message?.messageId)
    const others = [{ userId: 'li' }, { outTrackId: 'o2' }].map(
      (changes) => readCardPress(dingtalkPressed({ p: sealed }, changes), REF).message?.messageId,
    )
    expect(new Set([message?.messageId, ...others]).size).toBe(3)
  })

  it('changes the card for who pressed it in a group, and the card itself in private', () => {
    const inGroup = readCardPress(dingtalkPressed({ p: sealed }), REF)
    expect(inGroup.respond(receipts)).toEqual({
      cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
      userPrivateData: { cardParamMap: { answer: '**第 3 号**已销号。', done: 'true' } },
    })
    const own = seal.seal({ g: 'cidgroup1', c: '销号 3', m: 'zhang' })
    const inPrivate = readCardPress(dingtalkPressed({ p: own }), REF)
    expect(inPrivate.respond([{ duplicate: false, answers: [] }])).toMatchObject({
      cardData: { cardParamMap: { answer: '已收到:销号 3', done: 'true' } },
    })
  })

  it('is said in private where it concerns nobody else', () => {
    const appeal = seal.seal({ g: 'cidgroup1', c: '申诉 #o1', m: 'zhang', p: true })
    expect(readCardPress(dingtalkPressed({ p: appeal }), REF).message).toMatchObject({
      chat: 'single',
      groupId: 'single:zhang',
      text: '申诉 #o1',
    })
  })

  it('does nothing where it is not ours, or not this person’s', () => {
    const forged = sealed.replace('cidgroup1', 'cidgroup2')
    const own = seal.seal({ g: 'cidgroup1', c: '销号 3', m: 'li' })
    const recorded = JSON.parse(String(fixture('stream-card').data))
    for (const body of [dingtalkPressed({ p: forged }), dingtalkPressed({}), dingtalkPressed({ p: own }), recorded]) {
      const { message, respond } = readCardPress(body, REF)
      expect(message).toBeNull()
      expect(respond([])).toMatchObject({ userPrivateData: { cardParamMap: { answer: expect.any(String) } } })
      expect(JSON.stringify(respond([]))).not.toContain('done')
    }
    for (const changes of [{ userId: '' }, { outTrackId: 7 }, { content: 'x' }, { content: undefined }])
      expect(refusalOf(() => readCardPress(dingtalkPressed({ p: sealed }, changes), REF)).status).toBe(400)
  })
})

describe('the HTTP callback of DingTalk cards', () => {
  const apiSecret = cardApiSecret('ding-secret')
  const callback = createDingtalkCardCallback({ ...REF, apiSecret, now: () => NOW })

  it('takes what is signed and answers with the card as it looks then', () => {
    const incoming = callback.receive(dingtalkCardDelivery(apiSecret, dingtalkPressed({ p: sealed }), NOW - 1000))
    if (incoming.kind !== 'messages') throw new Error('expected a message')
    expect(incoming.messages.map(({ text }) => text)).toEqual(['销号 3'])
    expect(JSON.parse(incoming.acknowledge(receipts).body)).toMatchObject({
      userPrivateData: { cardParamMap: { done: 'true' } },
    })
    const foreign = callback.receive(dingtalkCardDelivery(apiSecret, dingtalkPressed({}), NOW))
    expect(foreign).toMatchObject({ kind: 'respond', response: { status: 200 } })
  })

  it('signs as the documentation’s vector does', () => {
    const documented = createDingtalkCardCallback({ ...REF, apiSecret: 'example-secret', now: () => NOW })
    const headers = {
      'x-ddpaas-signature-timestamp': '1700000000000',
      'x-ddpaas-signature': 'I85VWQbGCqbDkjEb7rsCEkTKI9QSL3wzLms54MiwXlg=',
    }
    const body = Buffer.from(JSON.stringify(dingtalkPressed({ p: sealed })))
    expect(documented.receive({ method: 'POST', query: '', headers, body }).kind).toBe('messages')
  })

  it('refuses what is unsigned, signed otherwise, or old', () => {
    const good = dingtalkCardDelivery(apiSecret, dingtalkPressed({ p: sealed }), NOW)
    const unsigned = { ...good, headers: {} }
    const other = dingtalkCardDelivery('other', dingtalkPressed({ p: sealed }), NOW)
    const old = dingtalkCardDelivery(apiSecret, dingtalkPressed({ p: sealed }), NOW - 3_600_001)
    const odd = dingtalkCardDelivery(apiSecret, dingtalkPressed({ p: sealed }), Number.NaN)
    for (const request of [unsigned, other, old, odd])
      expect(refusalOf(() => callback.receive(request))).toMatchObject({ status: 401 })
    expect(refusalOf(() => createDingtalkCardCallback({ ...REF, apiSecret: '', now: () => NOW })).code).toBe(
      'DINGTALK_SECRET_MISSING',
    )
  })
})
