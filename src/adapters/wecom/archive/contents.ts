import { z } from 'zod'
import { chinaShort } from '../../../domain/calendar.ts'
import { MEDIA } from '../../text.ts'

/** Vendor dumps write numbers as strings and leave out what is empty: everything is optional and read leniently. */
const word = z
  .union([z.string(), z.number().transform(String)])
  .catch('')
  .default('')
const number = z.coerce.number().catch(0).default(0)
const list = <T extends z.ZodType>(item: T) => z.array(item).catch([]).default([])
const words = <K extends string>(...keys: K[]) =>
  z.object(Object.fromEntries(keys.map((key) => [key, word])) as Record<K, typeof word>)

type Raw = Readonly<Record<string, unknown>>
type Reader = (raw: Raw, depth: number) => string

/** Forwarded records and mixed messages may stand in one another; clients show a few of the first. */
const MAX_DEPTH = 2
const MAX_PREVIEW = 4

const lines = (...parts: readonly string[]): string => parts.filter((part) => part.trim() !== '').join('\n')
const when = (seconds: number): string => (seconds > 0 && seconds < 1e11 ? `时间:${chinaShort(seconds * 1000)}` : '')
const named = (label: string, text: string): string => (text === '' ? '' : `${label}:${text}`)

/** A reader of the object under `field`; an absent one reads as empty. */
const of =
  <T extends z.ZodType>(
    field: string,
    schema: T,
    show: (part: z.output<T>, raw: Raw, depth: number) => string,
  ): Reader =>
  (raw, depth) => {
    const part = schema.safeParse(raw[field] ?? {})
    return part.success ? show(part.data, raw, depth) : MEDIA.other
  }

const titled = (mark: string, field: string, ...keys: string[]): Reader =>
  of(field, words(...keys), (part) =>
    lines(`${mark}${part[keys[0] ?? ''] ?? ''}`, ...keys.slice(1).map((key) => part[key] ?? '')),
  )

const pieces = list(z.object({ type: word, content: z.unknown() }))

/** A piece of a mixed message or forwarded record: its content is JSON in a string. */
function pieceText(type: string, content: unknown, depth: number): string {
  const kind = type.replace(/^ChatRecord/, '').toLowerCase()
  if (depth >= MAX_DEPTH) return MEDIA.other
  let value: unknown = content
  try {
    if (typeof content === 'string') value = JSON.parse(content)
  } catch {
    // Some clients write the plain words.
    value = { content }
  }
  return contentText(kind, { [FIELDS[kind] ?? kind]: value }, depth + 1) ?? MEDIA.other
}

/** Where the contents of a type do not stand under its own name. */
const FIELDS: Readonly<Record<string, string>> = {
  external_redpacket: 'redpacket',
  docmsg: 'doc',
  markdown: 'info',
  news: 'info',
  meeting_notification: 'info',
  qydiskfile: 'info',
  voiptext: 'info',
}

/** Page 91774 (2026-03) and message.go of go-wecom (2025); fields of solitaire and note are unverified. */
const READERS: Readonly<Record<string, Reader>> = {
  text: of('text', words('content'), ({ content }) => content),
  markdown: of('info', words('content'), ({ content }) => content),
  image: () => MEDIA.image,
  voice: () => MEDIA.voice,
  video: () => MEDIA.video,
  emotion: () => '[表情]',
  file: titled(MEDIA.file, 'file', 'filename'),
  qydiskfile: titled(MEDIA.file, 'info', 'filename'),
  voip_doc_share: titled(MEDIA.file, 'voip_doc_share', 'filename'),
  card: titled('[名片]', 'card', 'userid'),
  location: titled('[位置]', 'location', 'title', 'address'),
  link: titled('[链接]', 'link', 'title', 'description'),
  weapp: titled('[小程序]', 'weapp', 'title', 'displayname'),
  todo: titled('[待办]', 'todo', 'title', 'content'),
  docmsg: titled('[文档]', 'doc', 'title'),
  redpacket: titled('[红包]', 'redpacket', 'wish'),
  external_redpacket: titled('[红包]', 'redpacket', 'wish'),
  meeting_notification: titled('[会议通知]', 'info', 'content'),
  sphfeed: titled('[视频号]', 'sphfeed', 'sph_name', 'feed_desc'),
  voiptext: () => '[音视频通话]',
  meeting_voice_call: () => '[语音会议]',
  solitaire: titled('[接龙]', 'solitaire', 'title', 'content'),
  note: titled('[笔记]', 'note', 'title', 'content'),
  vote: (raw) => {
    const { votetitle, votetype, voteitem } = voteSchema.parse(raw)
    return votetype === 102 ? `[参与投票]${votetitle}` : lines(`[投票]${votetitle}`, ...voteitem)
  },
  collect: of('collect', words('title').extend({ details: list(words('ques')) }), ({ title, details }) =>
    lines(`[收集表]${title}`, ...details.map((detail) => detail.ques)),
  ),
  meeting: of(
    'meeting',
    words('topic', 'address', 'remarks').extend({ meetingtype: number, starttime: number }),
    ({ topic, address, remarks, meetingtype, starttime }) =>
      meetingtype === 102
        ? `[会议答复]${topic}`
        : lines(`[会议]${topic}`, when(starttime), named('地点', address), remarks),
  ),
  calendar: of(
    'calendar',
    words('title', 'place', 'remarks').extend({ starttime: number }),
    ({ title, place, remarks, starttime }) => lines(`[日程]${title}`, when(starttime), named('地点', place), remarks),
  ),
  news: of('info', z.object({ item: list(words('title', 'description')) }), ({ item }) =>
    lines(...item.map(({ title, description }) => lines(`[图文]${title}`, description))),
  ),
  mixed: of('mixed', z.object({ item: pieces }), ({ item }, _raw, depth) =>
    item.map(({ type, content }) => pieceText(type, content, depth)).join(''),
  ),
  chatrecord: of('chatrecord', words('title').extend({ item: pieces }), ({ title, item }, _raw, depth) =>
    lines(
      `[聊天记录]${title}`,
      ...item.slice(0, MAX_PREVIEW).map(({ type, content }) => pieceText(type, content, depth)),
    ),
  ),
}
const voteSchema = z.object({ votetitle: word, votetype: number, voteitem: list(word) })

/** The text a client shows for a message of the archive; null for a type that is not known. */
export function contentText(type: string, raw: Raw, depth = 0): string | null {
  return Object.hasOwn(READERS, type) ? (READERS[type]?.(raw, depth) ?? null) : null
}
