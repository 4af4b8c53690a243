import { momentOf, WHEN } from './moment.ts'
import { checked, type Fault, type HistoryFormat, historyInvalid, linesOf, type PastMessage } from './past-message.ts'
import { senderNamed } from './sender.ts'

const NAME = '(?<name>\\S[^\\n::]{0,63}?)'

/** How the line looks that begins a message; the lines after it are its text. The most frequent one is the file's. */
const LAYOUTS: readonly RegExp[] = [
  // [2026-03-02 08:31:00] 张三: 收到
  new RegExp(`^\\[?${WHEN}\\]?\\s+${NAME}\\s*[::]\\s?(?<text>.*)$`),
  // 2026-03-02 08:31:00 张三(wxid_abc)
  new RegExp(`^\\[?${WHEN}\\]?\\s+${NAME}\\s*$`),
  // 张三 2026/3/2 8:31
  new RegExp(`^${NAME}\\s+[((]?${WHEN}[))]?\\s*[::]?\\s*$`),
]

/** 张三 3/2 8:31:05, as WeCom copies messages of the current year. */
const YEARLESS = /^\S.{0,63}?\s+\d{1,2}[/-]\d{1,2}\s+\d{1,2}[::]\d{2}/

function layoutOf(lines: readonly string[]): RegExp | null {
  const first = lines.find((line) => line.trim() !== '') ?? ''
  const fitting = LAYOUTS.filter((layout) => layout.test(first))
  const counted = fitting.map((layout) => ({ layout, hits: lines.filter((line) => layout.test(line)).length }))
  return counted.sort((a, b) => b.hits - a.hits)[0]?.layout ?? null
}

/** Chats of WeChat and WeCom as text: a line with time and name, then what was said. */
export const textExport: HistoryFormat = {
  name: '微信、企业微信文本',
  claims(content) {
    const lines = linesOf(content)
    return layoutOf(lines) !== null || YEARLESS.test(lines.find((line) => line.trim() !== '') ?? '')
  },
  read(content) {
    const lines = linesOf(content)
    const layout = layoutOf(lines)
    if (layout === null) {
      const line = lines.findIndex((each) => each.trim() !== '') + 1
      throw historyInvalid([{ line, what: '日期没有年份,无法确定是哪一天;请补上年份,如 2026/3/2 8:31' }])
    }
    const messages: PastMessage[] = []
    const faults: Fault[] = []
    let said: string[] = []
    const finish = () => {
      const last = messages.at(-1)
      if (last) last.text = said.join('\n').trim()
    }
    for (const [index, line] of lines.entries()) {
      const parts = layout.exec(line)?.groups
      if (!parts) {
        said.push(line)
        continue
      }
      finish()
      said = [parts.text ?? '']
      const sentAt = momentOf(parts)
      if (sentAt === null) faults.push({ line: index + 1, what: '没有这样的日期或时间' })
      messages.push({ line: index + 1, sentAt: sentAt ?? 0, from: senderNamed(parts.name ?? ''), text: '' })
    }
    finish()
    return checked(messages, faults)
  },
}
