import {
  BOT_OPEN_ID,
  FEISHU_APP,
  type FeishuSecrets,
  feishuDelivery,
  feishuReceived,
} from '../../platforms/feishu-wire.ts'
import type { House } from '../house.ts'
import { FEISHU_SECRETS } from '../platforms.ts'
import type { Said, Way } from '../way.ts'

const BOT = { key: '@_user_1', id: { open_id: BOT_OPEN_ID }, name: '清群', mentioned_type: 'bot' }

/** What both of Feishu's ways in bring. */
export function feishuWord(said: Said, chat_id: string, header: object = {}) {
  const event = feishuReceived(said.id, said.asks ? `@_user_1 ${said.text}` : said.text, {
    chat_id,
    create_time: String(said.at),
    mentions: said.asks ? [BOT] : [],
  })
  const spoken = event.event as { sender: { sender_id: object } }
  const sender = { ...spoken.sender, sender_id: { open_id: said.person } }
  return {
    ...event,
    header: { ...event.header, token: FEISHU_SECRETS.verificationToken, app_id: FEISHU_APP.appId, ...header },
    event: { ...spoken, sender },
  }
}

/** What the bot has replied in a conversation: replies name the message. */
export const feishuReplies = ({ platforms: { feishu } }: House, said: Said): string[] =>
  feishu.sent
    .filter(({ to }) => to.startsWith(said.id.replace(/-\d+$/, '')))
    .map(({ content }) => JSON.stringify(content))

/** The event callback of a Feishu app. */
export function feishuCallbackWay(house: House): Way {
  const groupOf = ({ group }: Said) => `oc_callback${group}`
  const wire = (request: ReturnType<typeof feishuDelivery>) => ({ path: 'feishu/main', request })
  const signed = (said: Said, header: object = {}, secrets: FeishuSecrets = FEISHU_SECRETS) =>
    wire(feishuDelivery(secrets, feishuWord(said, groupOf(said), header)))
  return {
    tenantId: 'default',
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: said.person }),
    genuine: (said) => signed(said),
    tampered(said) {
      const { request } = signed({ ...said, text: '原来的话' })
      return wire({ ...request, body: signed(said).request.body })
    },
    contents: 'sealed',
    forgeries: {
      'signed with another key': (said) => signed(said, {}, { ...FEISHU_SECRETS, encryptKey: 'another key' }),
      'not signed at all': (said) => wire(feishuDelivery(FEISHU_SECRETS, feishuWord(said, groupOf(said)), false)),
      'without the token': (said) => signed(said, { token: 'another' }),
      'meant for another app': (said) => signed(said, { app_id: 'cli_another' }),
    },
    stale: { why: 'a retry comes up to six hours later, and nothing says that it is signed anew' },
    time: 'said',
    tooLong: 'refused',
    hugeCode: /^BODY_TOO_LARGE$/,
    answers: { heard: (said) => feishuReplies(house, said) },
  }
}
