import { DATE, momentOf, TIME } from './moment.ts'
import { checked, type Fault, type HistoryFormat, linesOf, type PastMessage } from './past-message.ts'
import { senderNamed } from './sender.ts'

/** —————  2026-3-2  ————— */
const DAY = new RegExp(`^\\s*[-—–─=]{3,}\\s*${DATE}\\s*[-—–─=]{3,}\\s*$`)
/** 张三  15:07 */
const HEAD = new RegExp(`^(?<name>\\S.{0,63}?)\\s+${TIME}\\s*$`)

/** Chats that WeChat sends by mail: a divider for each day, under it name and time, then what was said. */
export const mailExport: HistoryFormat = {
  name: '微信邮件导出',
  claims: (content) =>
    linesOf(content)
      .slice(0, 20)
      .some((line) => DAY.test(line)),
  read(content) {
    const messages: PastMessage[] = []
    const faults: Fault[] = []
    let day: Record<string, string> | null = null
    let speaking: { message: PastMessage; said: string[] } | null = null
    const finish = () => {
      if (speaking) speaking.message.text = speaking.said.join('\n').trim()
      speaking = null
    }
    for (const [index, written] of linesOf(content).entries()) {
      const line = index + 1
      const divider = DAY.exec(written)?.groups
      const head = divider ? undefined : HEAD.exec(written)?.groups
      if (divider) {
        finish()
        day = { ...divider }
        if (momentOf({ ...day, hour: '0', minute: '0' }) === null) faults.push({ line, what: '没有这样的日期' })
      } else if (head && day) {
        finish()
        const sentAt = momentOf({ ...head, ...day })
        if (sentAt === null) faults.push({ line, what: '没有这样的日期或时间' })
        const message: PastMessage = { line, sentAt: sentAt ?? 0, from: senderNamed(head.name ?? ''), text: '' }
        messages.push(message)
        speaking = { message, said: [] }
      } else if (speaking) speaking.said.push(written)
      // What stands before the first day is the letter; after it, words need somebody who says them.
      else if (day && written.trim() !== '') faults.push({ line, what: '这一行之前没有姓名和时间' })
    }
    finish()
    return checked(messages, faults)
  },
}
