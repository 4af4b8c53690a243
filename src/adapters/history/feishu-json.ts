import { z } from 'zod'
import { contentText } from '../feishu/content.ts'
import { readJsonDocument, wordsOf } from './json-document.ts'
import { linesOfItems } from './json-place.ts'
import { checked, type Fault, type HistoryFormat, type PastMessage } from './past-message.ts'

const optional = z.string().optional().catch(undefined)

/** im-v1/message/list.md; tools that save it add names to the senders, under either key. */
const itemSchema = z.looseObject({
  message_id: z.string().min(1).max(256),
  msg_type: z.string(),
  create_time: z
    .union([z.string(), z.number()])
    .transform(Number)
    .pipe(z.number().int().min(1e12, '单位是毫秒').max(1e13, '单位是毫秒')),
  deleted: z.boolean().catch(false),
  sender: z.looseObject({
    id: z.string().min(1).max(256),
    sender_type: z.string().catch('user'),
    name: optional,
    sender_name: optional,
  }),
  body: z.looseObject({ content: z.string() }).optional().catch(undefined),
  mentions: z.array(z.looseObject({ key: z.string(), name: optional })).catch([]),
})
const fileSchema = z.unknown().transform((file) => {
  if (Array.isArray(file)) return { path: [], list: file as unknown[] }
  const answer = answerSchema.safeParse(file).data
  if (answer?.items) return { path: ['items'], list: answer.items }
  return { path: ['data', 'items'], list: answer?.data?.items ?? [] }
})
const items = z.array(z.unknown()).optional().catch(undefined)
const answerSchema = z.looseObject({ items, data: z.looseObject({ items }).optional().catch(undefined) })

function toPast(item: z.output<typeof itemSchema>, line: number): PastMessage {
  const { message_id: messageId, msg_type, create_time: sentAt, sender, body, mentions } = item
  const shown = contentText(msg_type, body?.content ?? '') ?? ''
  const text = mentions.reduce((sofar, { key, name }) => sofar.replaceAll(key, `@${name ?? key}`), shown)
  const from = { name: sender.sender_name ?? sender.name ?? sender.id, memberId: sender.id }
  return { line, messageId, sentAt, from, text: text.trim() }
}

/** A group's history as the server of Feishu gives it. What robots said and what was recalled is left out. */
export const feishuJson: HistoryFormat = {
  name: '飞书 JSON',
  claims: (content) => /^\s*[[{]/.test(content) && /"message_id"\s*:/.test(content) && /"msg_type"\s*:/.test(content),
  read(content) {
    const { json, value } = readJsonDocument(content, fileSchema)
    const lines = linesOfItems(json, value.path)
    const said: PastMessage[] = []
    const faults: Fault[] = []
    for (const [index, item] of value.list.entries()) {
      const line = lines[index] ?? 1
      const { data, error } = itemSchema.safeParse(item)
      if (error) faults.push({ line, what: error.issues.map(wordsOf).join('; ') })
      else if (!data.deleted && data.sender.sender_type === 'user') said.push(toPast(data, line))
    }
    return checked(said, faults)
  },
}
