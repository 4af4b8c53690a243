import type { CallbackRequest, WebhookAdapter } from '../../src/adapters/adapter.ts'
import { createBridge } from '../../src/adapters/bridge/bridge.ts'
import { createDingtalkCardCallback } from '../../src/adapters/dingtalk/card-callback.ts'
import { createDingtalkRobot } from '../../src/adapters/dingtalk/robot.ts'
import { createFeishuCallback } from '../../src/adapters/feishu/callback.ts'
import { createPressSeal } from '../../src/adapters/press-seal.ts'
import { createSandbox } from '../../src/adapters/sandbox/sandbox.ts'
import { signStandardWebhook, standardWebhookKey } from '../../src/adapters/standard-webhooks.ts'
import { createWecomAppCallback } from '../../src/adapters/wecom/app-callback.ts'
import { createWecomBot } from '../../src/adapters/wecom/bot.ts'
import { dingtalkBody, dingtalkCardDelivery, dingtalkDelivery, dingtalkPressed } from './dingtalk-wire.ts'
import { BOT_OPEN_ID, FEISHU_APP, feishuPressed, feishuReceived, feishuSeal, feishuSigned } from './feishu-wire.ts'
import { VECTOR_SECRETS, wecomAppDelivery, wecomAppText, wecomDelivery, wecomGroupText } from './wecom-wire.ts'

/** A way in by HTTP with all that is needed to attack it. */
export interface Verifier {
  name: string
  adapter: WebhookAdapter
  /** Contents that are good as they are. */
  contents: readonly string[]
  /** Whatever the contents are, they are signed and sealed as the platform would. */
  request(content: string): CallbackRequest
  /** True where the signature covers the contents: nobody else can change them and be believed. */
  coversContents: boolean
}

const NOW = 1_700_000_002_000
const REF = { tenantId: 'default', channelId: 'main', now: () => NOW }
const WORDS = '@RobotA 请各科室本周五前报送台账 <@u1> 收到'

function wecomBot(random: (bytes: number) => Buffer): Verifier {
  const event = { eventtype: 'template_card_event', template_card_event: { event_key: 'ack', task_id: 't' } }
  const mixed = {
    msg_item: [
      { msgtype: 'text', text: { content: WORDS } },
      { msgtype: 'image', image: { url: 'u' } },
    ],
  }
  const said = wecomGroupText('M1', WORDS)
  return {
    name: 'wecom bot',
    adapter: createWecomBot({ ...REF, ...VECTOR_SECRETS, random }),
    contents: [
      said,
      { ...said, msgtype: 'mixed', mixed, quote: { msgtype: 'text', text: { content: '原话' } } },
      { ...said, chattype: 'single', chatid: undefined },
      { ...said, msgtype: 'event', create_time: 1_700_000_000, event },
    ].map((content) => JSON.stringify(content)),
    request: (content) => wecomDelivery(VECTOR_SECRETS, content, NOW),
    coversContents: true,
  }
}

function wecomApp(random: (bytes: number) => Buffer): Verifier {
  const receiveId = 'ww1234567890abcdef'
  const text = wecomAppText('7300000000000000001', WORDS)
  const event =
    '<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[{"group":"g","command":"a"}]]></EventKey>'
  return {
    name: 'wecom app',
    adapter: createWecomAppCallback({ ...REF, corpId: receiveId, ...VECTOR_SECRETS, random }),
    contents: [text, text.replace('[text]', '[event]').replace(/<Content>.*<\/Content>/, event)],
    request: (content) => wecomAppDelivery({ ...VECTOR_SECRETS, receiveId }, content, NOW),
    coversContents: true,
  }
}

function dingtalkRobot(): Verifier {
  const appSecret = 'this is a secret'
  const richText = [{ text: WORDS }, { type: 'picture', downloadCode: 'c' }]
  return {
    name: 'dingtalk robot',
    adapter: createDingtalkRobot({ ...REF, appSecret }),
    contents: [dingtalkBody(), dingtalkBody({ msgtype: 'richText', content: { richText } })].map((content) =>
      JSON.stringify(content),
    ),
    request: (content) => dingtalkDelivery(appSecret, content, NOW),
    coversContents: false,
  }
}

function dingtalkCard(): Verifier {
  const apiSecret = 'the secret of the address'
  const seal = createPressSeal('this is a secret')
  const press = seal.seal({ g: 'cidgroup1', c: '销号 3' })
  return {
    name: 'dingtalk card',
    adapter: createDingtalkCardCallback({ ...REF, apiSecret, seal }),
    contents: [JSON.stringify(dingtalkPressed({ press }))],
    request: (content) => dingtalkCardDelivery(apiSecret, content, NOW),
    coversContents: false,
  }
}

function feishuCallback(): Verifier {
  const encryptKey = 'test key'
  const seal = createPressSeal(FEISHU_APP.appSecret)
  const reading = { ...REF, botOpenId: () => BOT_OPEN_ID, chat: () => undefined, seal }
  const press = seal.seal({ g: 'oc_1', c: '销号 3', face: { title: '提醒', body: WORDS } })
  const post = {
    zh_cn: {
      title: '通知',
      content: [
        [
          { tag: 'text', text: WORDS },
          { tag: 'at', user_id: '@_user_1' },
        ],
      ],
    },
  }
  return {
    name: 'feishu callback',
    adapter: createFeishuCallback({
      reading,
      appId: FEISHU_APP.appId,
      encryptKey,
      verificationToken: 'v-token',
      hears: 'all',
      answer: () => undefined,
    }),
    contents: [
      feishuReceived('om_1', WORDS),
      feishuReceived('om_2', post, { message_type: 'post' }),
      feishuPressed({ press }),
    ].map((content) => JSON.stringify(content)),
    request(content) {
      const body = Buffer.from(JSON.stringify({ encrypt: feishuSeal(encryptKey, content) }))
      return { method: 'POST', query: '', headers: feishuSigned(encryptKey, body), body }
    },
    coversContents: true,
  }
}

const spoken = {
  messageId: 'm1',
  groupId: 'g1',
  sentAt: NOW - 1000,
  sender: { memberId: 'u1', name: '李主任', role: 'leader' },
  text: WORDS,
  mentions: [{ name: '王五' }, { everyone: true }],
  quote: { messageId: 'm0', text: '原话' },
}

/** A request signed as Standard Webhooks has it. */
function signed(secret: string, content: string): CallbackRequest {
  const body = Buffer.from(content)
  const seconds = Math.floor(NOW / 1000)
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': signStandardWebhook(standardWebhookKey(secret), 'msg_1', seconds, body),
  }
  return { method: 'POST', query: '', headers, body }
}

function sandbox(): Verifier {
  const secret = 'sandbox-secret-of-the-tests'
  return {
    name: 'sandbox',
    adapter: createSandbox({ ...REF, secret }),
    contents: [JSON.stringify(spoken)],
    request: (content) => signed(secret, content),
    coversContents: true,
  }
}

function bridge(): Verifier {
  const secret = 'bridge-secret-of-the-tests'
  const amendment = { messageId: 'm0', groupId: 'g1', at: NOW, change: { kind: 'edited', text: WORDS } }
  return {
    name: 'bridge',
    adapter: createBridge({ ...REF, secrets: [secret] }),
    contents: [spoken, { messages: [spoken, spoken], amendments: [amendment] }].map((content) =>
      JSON.stringify(content),
    ),
    request: (content) => signed(secret, content),
    coversContents: true,
  }
}

/** Every way in by HTTP; `random` gives the bytes that answers are sealed with. */
export const allVerifiers = (random: (bytes: number) => Buffer): Verifier[] => [
  wecomBot(random),
  wecomApp(random),
  dingtalkRobot(),
  dingtalkCard(),
  feishuCallback(),
  sandbox(),
  bridge(),
]
