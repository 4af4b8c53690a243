import { dingtalkBody, dingtalkDelivery } from '../../platforms/dingtalk-wire.ts'
import type { House } from '../house.ts'
import { DING } from '../platforms.ts'
import type { Said, Way } from '../way.ts'

/** What the robot is told, by HTTP and by Stream alike. */
export const robotBody = ({ id, person, text, at }: Said, conversationId: string, changes: object = {}) =>
  dingtalkBody({
    msgId: id,
    conversationId,
    senderStaffId: person,
    text: { content: ` ${text}` },
    createAt: at,
    robotCode: DING.robotCode,
    isAdmin: false,
    atUsers: [],
    sessionWebhook: undefined,
    ...changes,
  })

/** The HTTP callback of a DingTalk robot. */
export function dingtalkRobotWay({ timing }: House): Way {
  const groupOf = ({ group }: Said) => `cidRobot-${group}`
  const wire = (request: ReturnType<typeof dingtalkDelivery>) => ({ path: 'dingtalk/main', request })
  const signed = (said: Said, changes: object = {}, secret: string = DING.appSecret, at = timing.now()) =>
    wire(dingtalkDelivery(secret, robotBody(said, groupOf(said), changes), at))
  return {
    tenantId: 'default',
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: said.person }),
    genuine: (said) => signed(said),
    tampered(said) {
      const { request } = signed({ ...said, text: '原来的话' })
      return wire({ ...request, body: signed(said).request.body })
    },
    contents: { why: 'its signature covers the time and not the body: TLS and a list of addresses must hold' },
    forgeries: {
      'signed with another secret': (said) => signed(said, {}, 'another-secret'),
      'not signed at all': (said) => {
        const { request } = signed(said)
        return wire({ ...request, headers: { 'content-type': 'application/json' } })
      },
      'meant for another robot': (said) => signed(said, { robotCode: 'dingOther' }),
    },
    stale: { windowMs: 3_600_000, signedAt: (said, at) => signed(said, {}, DING.appSecret, at) },
    time: 'said',
    tooLong: 'refused',
    hugeCode: /^BODY_TOO_LARGE$/,
    answers: {
      read(response) {
        const { markdown }: { markdown: { text: string } } = JSON.parse(response)
        return markdown.text
      },
    },
  }
}
