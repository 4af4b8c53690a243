import type { House } from '../house.ts'
import type { Said, Way } from '../way.ts'
import { robotBody } from './dingtalk-robot.ts'

const DAY_MS = 86_400_000

/** DingTalk's Stream mode. */
export function dingtalkStreamWay({ platforms: { stream, dingtalk }, timing }: House): Way {
  const groupOf = ({ group }: Said) => `cidStream-${group}`
  /** The fake keeps one session, so answers are told apart by their conversation: one at a time speaks to the bot. */
  const session = () => ({
    sessionWebhook: `${dingtalk.url}/robot/sendBySession?session=c610`,
    sessionWebhookExpiredTime: timing.now() + DAY_MS,
  })
  const body = (said: Said, changes: object = {}) =>
    robotBody(said, groupOf(said), { ...(said.asks ? session() : {}), ...changes })
  const genuine = (said: Said) => () => void stream.tell(body(said), said.id)
  return {
    tenantId: 'default',
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: said.person }),
    genuine,
    tampered: genuine,
    contents: { why: 'frames bear no signature: TLS and a ticket for one connection stand for them' },
    forgeries: {
      'meant for another robot': (said) => () => void stream.tell(body(said, { robotCode: 'dingOther' }), said.id),
      'without a conversation': (said) => () => void stream.tell(body(said, { conversationId: '' }), said.id),
      'that is no JSON': (said) => () => void stream.tell(`${JSON.stringify(body(said)).slice(0, -20)}`, said.id),
    },
    stale: { why: 'what is not answered is pushed again; a message that comes again is known by its id' },
    time: 'said',
    tooLong: 'refused',
    hugeCode: /^DINGTALK_STREAM_FRAME_TOO_LONG$/,
    answers: { heard: () => dingtalk.sent.map(({ text }) => text) },
    open: {
      channel: 'dingtalk:stream',
      acks: (said) =>
        stream.acks.filter(({ headers }) => headers.messageId === said.id).map(({ code }) => code === 200),
      down() {
        stream.turnAway(Number.POSITIVE_INFINITY)
        stream.cut()
      },
      up: () => stream.turnAway(0),
      silenceMs: 120_000,
      missed: { why: 'the gateway pushes again for about a minute; what was said in a longer silence may be gone' },
      repeat(said) {
        for (const one of said) stream.tell(body(one), one.id)
      },
    },
  }
}
