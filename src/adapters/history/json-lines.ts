import { z } from 'zod'
import { ROLES } from '../../domain/message.ts'
import { parseJson } from '../../net/parse-json.ts'
import { wordsOf } from './json-document.ts'
import { checked, type Fault, type HistoryFormat, linesOf, type PastMessage } from './past-message.ts'

const id = z.string().min(1).max(256)
const role = z.enum(ROLES, `只能是 ${ROLES.join('、')}`).optional()
const moment = z.union(
  [z.iso.datetime({ offset: true }).transform((written) => Date.parse(written)), z.number().int().min(1e12).max(1e13)],
  '写成带时区的时间,如 2026-03-02T08:31:00+08:00,或毫秒',
)
const person = z.looseObject({ memberId: id.optional(), id: id.optional(), name: id.optional(), role })

const lineSchema = z
  .looseObject({
    at: moment.optional(),
    sentAt: moment.optional(),
    from: z.union([id, person], '写成姓名,或 {"memberId","name","role"}').optional(),
    sender: person.optional(),
    role,
    text: z.string(),
    messageId: id.optional(),
  })
  .transform(({ at, sentAt, from, sender, role, text, messageId }, context) => {
    const who = typeof from === 'string' ? { name: from } : (from ?? sender ?? {})
    const memberId = 'memberId' in who ? (who.memberId ?? who.id) : undefined
    const name = who.name ?? memberId
    const moment = at ?? sentAt
    const given = role ?? ('role' in who ? who.role : undefined)
    if (moment === undefined) context.addIssue({ code: 'custom', path: ['at'], message: '缺少' })
    if (name === undefined) context.addIssue({ code: 'custom', path: ['from'], message: '缺少' })
    if (moment === undefined || name === undefined) return z.NEVER
    const sent = { name, ...(memberId ? { memberId } : {}), ...(given ? { role: given } : {}) }
    return { sentAt: moment, from: sent, text: text.trim(), ...(messageId ? { messageId } : {}) }
  })

/** JSON Lines: `at`, `from` and `text` on each, or messages as the bridge takes them. */
export const jsonLines: HistoryFormat = {
  name: 'JSON Lines',
  claims(content) {
    const first = parseJson(linesOf(content).find((line) => line.trim() !== '') ?? '')
    return typeof first === 'object' && first !== null && 'text' in first
  },
  read(content) {
    const messages: PastMessage[] = []
    const faults: Fault[] = []
    for (const [index, written] of linesOf(content).entries()) {
      if (written.trim() === '') continue
      const line = index + 1
      const value = parseJson(written)
      const parsed = lineSchema.safeParse(value)
      if (value === undefined) faults.push({ line, what: '不是有效的 JSON' })
      else if (parsed.success) messages.push({ line, ...parsed.data })
      else faults.push({ line, what: parsed.error.issues.map(wordsOf).join('; ') })
    }
    return checked(messages, faults)
  },
}
