import type { House } from '../house.ts'
import type { Said, Way } from '../way.ts'

/** `dws event consume` as a child process: all groups of one person. */
export function dwsWay({ platforms: { dws } }: House): Way {
  const groupOf = ({ group }: Said) => `cidDws-${group}`
  const line = (said: Said, changes: object = {}) =>
    JSON.stringify({
      type: 'user_im_message_receive_group_all',
      event_id: `evt-${said.id}`,
      message_id: said.id,
      conversation_id: groupOf(said),
      sender: '张大勇',
      sender_open_dingtalk_id: said.person,
      content: said.text,
      event_time: said.at,
      ...changes,
    })
  const genuine = (said: Said) => () => dws.say(line(said))
  return {
    tenantId: 'default',
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: `open:${said.person}` }),
    genuine,
    tampered: genuine,
    contents: { why: 'it is the output of a process that we have started ourselves' },
    forgeries: {
      'that is half a line': (said) => () => dws.say(line(said).slice(0, -20)),
      'of no kind that dws knows': (said) => () => dws.say(line(said, { type: 'bot.message' })),
      'without a sender': (said) => () => dws.say(line(said, { sender_open_dingtalk_id: undefined })),
    },
    stale: { why: 'lines are not signed; a message that comes again is known by its id' },
    time: 'said',
    tooLong: 'refused',
    hugeCode: /^LINE_TOO_LONG$/,
    answers: { why: 'it hears without being spoken to, and says nothing' },
    open: {
      channel: 'dingtalk:dws-1',
      down: () => dws.down(),
      up: () => dws.up(),
      silenceMs: 60_000,
      missed: { why: 'nothing is sent again to one who did not listen' },
      repeat: { why: 'what it has written it does not write again: it is held here until it is stored' },
    },
  }
}
