import { feishuItem } from '../../platforms/feishu-wire.ts'
import type { FakeAnswer } from '../../platforms/loopback.ts'
import type { House } from '../house.ts'
import type { Said, Way } from '../way.ts'
import { feishuReplies, feishuWord } from './feishu-callback.ts'

const PARTS = 4
const ENDPOINT = '/callback/ws/endpoint'

/** The long connection of a Feishu app that may read histories. */
export function feishuLongConnectionWay(house: House): Way {
  const { feishu } = house.platforms
  const groupOf = ({ group }: Said) => `oc_long${group}`
  let isDown = false
  const push = (said: Said, event: unknown) => () => feishu.push(event, { id: said.id, parts: PARTS })
  const genuine = (said: Said) => push(said, feishuWord(said, groupOf(said)))
  return {
    tenantId: 'default',
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: said.person }),
    genuine,
    tampered: genuine,
    contents: { why: 'frames bear no signature: TLS and the address that the app secret was given for stand for them' },
    forgeries: {
      'without a group': (said) => push(said, feishuWord(said, '')),
      'that is no event': (said) => push(said, { id: said.id }),
      'that is no JSON': (said) => push(said, JSON.stringify(feishuWord(said, groupOf(said))).slice(0, -20)),
    },
    stale: { why: 'what is not acknowledged is pushed again; a message that comes again is known by its id' },
    time: 'said',
    tooLong: 'refused',
    hugeCode: null,
    answers: { heard: (said) => feishuReplies(house, said) },
    open: {
      channel: 'feishu:main',
      acks: (said) => feishu.acks.filter(({ id }) => id === said.id).map(({ code }) => code === 200),
      down() {
        isDown = true
        const closed: FakeAnswer = { status: 502, type: 'text/html', body: '<html>502</html>' }
        feishu.next(ENDPOINT, ...Array.from({ length: 50 }, () => (usual: FakeAnswer) => (isDown ? closed : usual)))
        feishu.cut()
      },
      up() {
        isDown = false
      },
      silenceMs: 60_000,
      missed: {
        say(said) {
          const chat = groupOf(said)
          const item = feishuItem(said.id, said.text, said.at, {
            chat_id: chat,
            sender: { id: said.person, id_type: 'open_id', sender_type: 'user' },
          })
          feishu.history.set(chat, [...(feishu.history.get(chat) ?? []), item])
        },
      },
      repeat(said) {
        for (const one of said) genuine(one)()
      },
    },
  }
}
