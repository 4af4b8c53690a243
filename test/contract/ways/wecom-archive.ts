import { spoken } from '../../platforms/archive-office.ts'
import { sealRecord } from '../../platforms/archive-sdk.ts'
import type { House } from '../house.ts'
import type { Said, Way } from '../way.ts'
import { archiveNotice } from './wecom-app.ts'

/** The archive of WeCom (会话内容存档), pulled through the library that stands in for the official one. */
export function wecomArchiveWay({ platforms: { archive }, post, timing }: House): Way {
  const groupOf = ({ group }: Said) => `wrArchive-${group}`
  const text = (said: Said) =>
    spoken(said.id, said.text, { from: said.person, roomid: groupOf(said), msgtime: said.at })
  const keep = (said: Said, change: (record: string) => string = (record) => record, seal = archive.seal) => {
    const seq = 2n ** 60n + BigInt(archive.records.length)
    archive.records.push(change(sealRecord(seq, said.id, text(said), seal)))
  }
  const garbled = (record: string) => record.replace(/"encrypt_chat_msg":"..../, '"encrypt_chat_msg":"AAAA')
  const flush = async () => {
    if (archive.writeNew()) await post(archiveNotice(timing.now()))
  }
  const faults = (lines: readonly string[]) => {
    archive.faults.splice(0, archive.faults.length, ...lines)
    archive.write()
  }
  return {
    tenantId: 'default',
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: said.person }),
    genuine: (said) => () => keep(said),
    tampered: (said) => () => keep(said, garbled),
    contents: 'sealed',
    forgeries: {
      'that does not open': (said) => () => keep(said, garbled),
      'sealed for another key, among others': (said) => () => {
        keep(said, undefined, archive.foreign)
        keep({ ...said, id: `${said.id}-beside`, text: '旁边的一句话,今天天气不错' })
      },
    },
    stale: { why: 'it is pulled: what is old is what was to be read' },
    time: 'said',
    tooLong: { why: 'a pull cannot be refused for one record: a text that is too long is cut, and says so' },
    hugeCode: null,
    answers: { why: 'it hears without being spoken to, and says nothing' },
    open: {
      channel: 'wecom-archive:main',
      flush,
      async down() {
        faults(Array.from({ length: 500 }, () => 'GetChatData error 10001'))
        await post(archiveNotice(timing.now()))
      },
      up: () => faults([]),
      silenceMs: 60_000,
      missed: { say: (said) => keep(said) },
      repeat: () => undefined,
    },
  }
}
