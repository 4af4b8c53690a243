import {
  VECTOR_SECRETS,
  type WecomSecrets,
  wecomAppDelivery,
  wecomAppPost,
  wecomAppText,
  wecomSeal,
  wecomUnseal,
} from '../../platforms/wecom-wire.ts'
import type { House } from '../house.ts'
import { CORP_ID } from '../platforms.ts'
import type { Said, Way } from '../way.ts'
import { OTHER_KEY, OTHER_TOKEN } from './wecom-bot.ts'

const SECRETS: WecomSecrets = { ...VECTOR_SECRETS, receiveId: CORP_ID }
const PATH = 'wecom/app'

/** The notice that the archive has grown (page 95039). */
export const archiveNotice = (at: number) => ({
  path: PATH,
  request: wecomAppDelivery(
    SECRETS,
    `<xml><ToUserName>${CORP_ID}</ToUserName><FromUserName>sys</FromUserName><CreateTime>${Math.floor(at / 1000)}</CreateTime><MsgType>event</MsgType><Event>msgaudit_notify</Event><AgentID>2000004</AgentID></xml>`,
    at,
  ),
})

/** The XML callback of a WeCom self-built app: private words. */
export function wecomAppWay({ timing }: House): Way {
  // A private conversation is one person's: each group of the suite is a person of its own.
  const personOf = ({ person, group }: Said) => `${person}-${group}`
  const body = (said: Said) =>
    wecomAppText(said.id, said.text.replaceAll(']]>', ']]]]><![CDATA[>'), personOf(said), Math.floor(said.at / 1000))
  const wire = (request: ReturnType<typeof wecomAppDelivery>) => ({ path: PATH, request })
  const signed = (said: Said, secrets = SECRETS, at = timing.now()) => wire(wecomAppDelivery(secrets, body(said), at))
  const now = () => String(Math.floor(timing.now() / 1000))
  return {
    tenantId: 'default',
    place: (said) => ({
      groupId: `single:app:${personOf(said)}`.toLowerCase(),
      messageId: said.id,
      memberId: personOf(said),
    }),
    genuine: (said) => signed(said),
    tampered(said) {
      const { request } = signed({ ...said, text: '原来的话' })
      const changed = wecomAppPost(SECRETS, wecomSeal(SECRETS, body(said)), now(), '1372623149')
      return wire({ ...request, body: changed.body })
    },
    contents: 'sealed',
    forgeries: {
      'signed with another token': (said) => signed(said, { ...OTHER_TOKEN, receiveId: CORP_ID }),
      'not signed at all': (said) => wire({ ...signed(said).request, query: '' }),
      'sealed with another key': (said) =>
        wire(wecomAppPost(SECRETS, wecomSeal({ ...OTHER_KEY, receiveId: CORP_ID }, body(said)), now(), 'nonce')),
      'meant for another organisation': (said) => signed(said, { ...SECRETS, receiveId: 'ww0000000000000000' }),
    },
    stale: { windowMs: 600_000, signedAt: (said, at) => signed(said, SECRETS, at) },
    time: 'said',
    tooLong: 'refused',
    hugeCode: /^BODY_TOO_LARGE$/,
    answers: {
      read(response) {
        const encrypt = /<Encrypt><!\[CDATA\[(.+?)\]\]>/.exec(response)?.[1] ?? ''
        return /<Content><!\[CDATA\[(.+?)\]\]><\/Content>/s.exec(wecomUnseal(SECRETS, encrypt).message)?.[1] ?? ''
      },
    },
  }
}
