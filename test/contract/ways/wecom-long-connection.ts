import { wecomGroupText } from '../../platforms/wecom-wire.ts'
import type { House } from '../house.ts'
import type { Said, Way } from '../way.ts'

/** The long connection of a WeCom 智能机器人. */
export function wecomLongConnectionWay({ platforms: { socket } }: House): Way {
  const groupOf = ({ group }: Said) => `wrLong-${group}`
  const body = (said: Said) => wecomGroupText(said.id, `@清群 ${said.text}`, said.person, groupOf(said))
  const genuine = (said: Said) => () => void socket.tell(body(said))
  return {
    tenantId: 'default',
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: said.person }),
    genuine,
    tampered: genuine,
    contents: { why: 'frames bear no signature: TLS and the secret at the subscription stand for them' },
    forgeries: {
      'without the id of a message': (said) => () => void socket.tell({ ...body(said), msgid: undefined }),
      'without a sender': (said) => () => void socket.tell({ ...body(said), from: undefined }),
    },
    stale: { why: 'frames bear no time; a message that comes again is known by its id' },
    time: { why: 'its messages carry no time: the moment at which they arrive stands in' },
    tooLong: 'refused',
    hugeCode: /^WECOM_BOT_FRAME_TOO_LONG$/,
    answers: {
      heard: (said) => socket.said.filter(({ chatid }) => chatid === groupOf(said)).map(({ content }) => content),
    },
    open: {
      channel: 'wecom:main',
      down() {
        socket.turnAway(Number.POSITIVE_INFINITY)
        socket.drop()
      },
      up: () => socket.turnAway(0),
      silenceMs: 60_000,
      missed: { why: 'the platform hands over only to a connection that stands, and repeats nothing' },
      repeat: { why: 'the platform takes what it has handed over for delivered: it is held here until it is stored' },
      partsWithAll: true,
    },
  }
}
