import {
  VECTOR_SECRETS,
  type WecomSecrets,
  wecomDelivery,
  wecomGroupText,
  wecomPost,
  wecomSeal,
  wecomUnseal,
} from '../../platforms/wecom-wire.ts'
import type { House } from '../house.ts'
import type { Said, Way } from '../way.ts'

export const OTHER_TOKEN: WecomSecrets = { ...VECTOR_SECRETS, token: 'AnotherTokenAltogether' }
export const OTHER_KEY: WecomSecrets = { ...VECTOR_SECRETS, encodingAesKey: `${'B'.repeat(42)}A` }

/** The HTTP callback of a WeCom 智能机器人. */
export function wecomBotWay({ timing }: House): Way {
  const groupOf = ({ group }: Said) => `wrBot-${group}`
  const body = (said: Said) => JSON.stringify(wecomGroupText(said.id, `@清群 ${said.text}`, said.person, groupOf(said)))
  const wire = (request: ReturnType<typeof wecomDelivery>) => ({ path: 'wecom/main', request })
  const signed = (said: Said, secrets: WecomSecrets = VECTOR_SECRETS, at = timing.now()) =>
    wire(wecomDelivery(secrets, body(said), at))
  const now = () => String(Math.floor(timing.now() / 1000))
  return {
    tenantId: 'default',
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: said.person }),
    genuine: (said) => signed(said),
    tampered(said) {
      const { request } = signed({ ...said, text: '原来的话' })
      const encrypt = wecomSeal(VECTOR_SECRETS, body(said))
      return wire({ ...request, body: Buffer.from(JSON.stringify({ encrypt })) })
    },
    contents: 'sealed',
    forgeries: {
      'signed with another token': (said) => signed(said, OTHER_TOKEN),
      'not signed at all': (said) => wire({ ...signed(said).request, query: '' }),
      'sealed with another key': (said) =>
        wire(wecomPost(VECTOR_SECRETS, wecomSeal(OTHER_KEY, body(said)), now(), 'nonce')),
      'meant for another receiver': (said) => signed(said, { ...VECTOR_SECRETS, receiveId: 'ww0000000000000000' }),
    },
    stale: { windowMs: 600_000, signedAt: (said, at) => signed(said, VECTOR_SECRETS, at) },
    time: { why: 'its messages carry no time: the moment at which the platform signed stands in' },
    tooLong: 'refused',
    hugeCode: /^BODY_TOO_LARGE$/,
    answers: {
      read(response) {
        const { encrypt }: { encrypt: string } = JSON.parse(response)
        const { stream }: { stream: { content: string } } = JSON.parse(wecomUnseal(VECTOR_SECRETS, encrypt).message)
        return stream.content
      },
    },
  }
}
