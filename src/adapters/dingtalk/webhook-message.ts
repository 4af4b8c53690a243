import { replaceMemberMarks } from '../member-marks.ts'
import { MAX_AT_USERS, MAX_WEBHOOK_BYTES } from './constants.ts'
import { dingtalkMarkdown } from './markdown.ts'

/** A staff id: the only one that rings. Encrypted and open ids do not. */
const STAFF_ID = /^[\w.-]{1,64}$/

/** The body of a webhook-style message (API/0699, API/0717): a mention needs the id in the text and in the list. */
export function webhookMessage(markdown: string): Record<string, unknown> {
  const atUserIds = new Set<string>()
  const text = replaceMemberMarks(markdown, (memberId) => {
    if (!STAFF_ID.test(memberId) || (atUserIds.size >= MAX_AT_USERS && !atUserIds.has(memberId))) return ''
    atUserIds.add(memberId)
    return `@${memberId} `
  })
  return {
    msgtype: 'markdown',
    markdown: dingtalkMarkdown(text, MAX_WEBHOOK_BYTES),
    at: { atUserIds: [...atUserIds], isAtAll: false },
  }
}
