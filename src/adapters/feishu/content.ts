import { z } from 'zod'
import { parseJson } from '../../net/parse-json.ts'
import { MEDIA } from '../text.ts'

/**
 * The text a client shows for a message, mentions still as `@_user_1`
 * (im-v1/message/message-content-description/message_content.md). Null for a type that has none we know.
 */
export function contentText(type: string, content: string): string | null {
  const parsed = contentSchema.safeParse(parseJson(content))
  if (!parsed.success) return null
  const {
    text,
    title = '',
    file_name = '',
    name = '',
    summary,
    topic = '',
    content: paragraphs,
    elements,
  } = parsed.data
  switch (type) {
    case 'text':
      return text === undefined ? null : unlinked(text)
    case 'post':
      return paragraphs === undefined ? null : joined(title, linesOf(paragraphs))
    case 'interactive':
      return elements === undefined ? null : joined(title, linesOf(elements)) || CARD
    case 'image':
      return MEDIA.image
    case 'sticker':
      return STICKER
    case 'audio':
      return MEDIA.voice
    case 'media':
      return MEDIA.video
    case 'file':
    case 'folder':
      return `${MEDIA.file}${file_name}`
    case 'location':
      return `[位置]${name}`
    case 'share_calendar_event':
    case 'calendar':
    case 'general_calendar':
      return `[日程]${typeof summary === 'string' ? summary : ''}`
    case 'todo':
      return `[任务]${typeof summary === 'object' ? joined(summary.title, linesOf(summary.content)) : (summary ?? '')}`
    case 'vote':
      return `[投票]${[topic, ...(parsed.data.options ?? [])].join('\n')}`
    case 'video_chat':
      return `[视频会议]${topic}`
    case 'hongbao':
      return '[红包]'
    case 'share_chat':
    case 'share_user':
      return '[名片]'
    case 'merge_forward':
      return '[聊天记录]'
    default:
      return null
  }
}

const STICKER = '[表情]'
const CARD = '[卡片]'

const word = z.string().optional().catch(undefined)
const node = z.looseObject({
  tag: z.string(),
  text: word,
  href: word,
  user_id: word,
  user_name: word,
  emoji_type: word,
  elements: z.array(z.unknown()).optional().catch(undefined),
})
const paragraphs = z.array(z.unknown()).optional().catch(undefined)
const contentSchema = z.looseObject({
  text: word,
  title: word,
  file_name: word,
  name: word,
  topic: word,
  summary: z
    .union([z.string(), z.looseObject({ title: z.string().catch(''), content: z.array(z.unknown()).catch([]) })])
    .optional()
    .catch(undefined),
  options: z.array(z.string()).optional().catch(undefined),
  content: paragraphs,
  elements: paragraphs,
})

/** Links in a text message come as `[text](address)`; clients show the text. */
const unlinked = (text: string): string =>
  text.replace(
    /\[([^[\]\n]{1,500})\]\(((?:https?:\/\/|mailto:)[^\s()]{1,2000})\)/g,
    (_, shown: string, href: string) => (shown === href ? href : `[链接]${shown}`),
  )

const joined = (title: string, lines: readonly string[]): string =>
  [title, ...lines].filter((line) => line !== '').join('\n')

const linesOf = (blocks: readonly unknown[]): string[] =>
  blocks.map((block) =>
    (Array.isArray(block) ? block : [block])
      .map((each) => nodeText(each, 0))
      .join('')
      .trimEnd(),
  )

function nodeText(value: unknown, depth: number): string {
  const parsed = node.safeParse(value)
  if (!parsed.success || depth > 4) return ''
  const { tag, text = '', user_id = '', user_name = '', emoji_type, elements = [] } = parsed.data
  switch (tag) {
    case 'at':
      return user_id.startsWith('@') ? user_id : `@${user_name || user_id}`
    case 'img':
      return MEDIA.image
    case 'media':
      return MEDIA.video
    case 'emotion':
      return emoji_type === undefined ? STICKER : `[${emoji_type}]`
    case 'a':
      return text === '' || text === parsed.data.href ? (parsed.data.href ?? text) : `[链接]${text}`
    case 'button':
    case 'hr':
      return ''
    case 'note':
      return elements.map((each) => nodeText(each, depth + 1)).join('')
    default:
      return text
  }
}
