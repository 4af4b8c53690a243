import { readCsv } from './csv.ts'
import { readMoment } from './moment.ts'
import { checked, type Fault, type HistoryFormat, historyInvalid, linesOf, type PastMessage } from './past-message.ts'
import { senderNamed } from './sender.ts'

/** What the columns are called, by what is read from them; DingTalk does not document its names, so several are known. */
const COLUMNS = {
  at: ['发送时间', '消息时间', '时间', '日期', '创建时间', 'time', 'sendtime', 'sentat', 'at', 'createtime'],
  name: ['发送人', '发送者', '发言人', '发送人姓名', '姓名', '昵称', 'sender', 'sendername', 'from', 'name'],
  memberId: ['发送人id', '发送者id', '发送人userid', 'userid', '用户id', '工号', 'senderid', 'memberid'],
  text: ['消息内容', '内容', '文本', '消息', 'content', 'text', 'message'],
  messageId: ['消息id', 'messageid', 'msgid'],
} as const
type Column = keyof typeof COLUMNS

const separatorOf = (head: string): string => (head.split('\t').length > head.split(',').length ? '\t' : ',')

function columnsOf(head: readonly string[]): Partial<Record<Column, number>> {
  const names = head.map((cell) =>
    cell
      .replace(/^\uFEFF/, '')
      .replace(/[\s_()()]/g, '')
      .toLowerCase(),
  )
  const found: Partial<Record<Column, number>> = {}
  for (const column of Object.keys(COLUMNS) as Column[]) {
    const known: readonly string[] = COLUMNS[column]
    const index = known.map((name) => names.indexOf(name)).find((each) => each >= 0)
    if (index !== undefined) found[column] = index
  }
  return found
}

const isTable = ({ at, name, memberId, text }: ReturnType<typeof columnsOf>): boolean =>
  at !== undefined && text !== undefined && (name !== undefined || memberId !== undefined)

/** Chats as a table, comma or tab between the columns, with a first line that names them. */
export const tableExport: HistoryFormat = {
  name: '钉钉等 CSV 表格',
  claims(content) {
    const head = linesOf(content)[0] ?? ''
    return isTable(columnsOf(readCsv(head, separatorOf(head)).records[0]?.cells ?? []))
  },
  read(content) {
    const { records, unclosed } = readCsv(content, separatorOf(linesOf(content)[0] ?? ''))
    if (unclosed !== null) throw historyInvalid([{ line: unclosed, what: '引号没有结束' }])
    const [head, ...rows] = records
    const columns = columnsOf(head?.cells ?? [])
    const messages: PastMessage[] = []
    const faults: Fault[] = []
    for (const { line, cells } of rows) {
      const cell = (column: Column) => (cells[columns[column] ?? -1] ?? '').trim()
      const sentAt = readMoment(cell('at'))
      if (sentAt === null) faults.push({ line, what: '发送时间认不出,写成 2026-03-02 08:31:00' })
      const named = senderNamed(cell('name') || cell('memberId'))
      if (named.name === '') faults.push({ line, what: '没有发送人' })
      messages.push({
        line,
        sentAt: sentAt ?? 0,
        from: cell('memberId') === '' ? named : { ...named, memberId: cell('memberId') },
        text: cell('text'),
        ...(cell('messageId') === '' ? {} : { messageId: cell('messageId') }),
      })
    }
    return checked(messages, faults)
  },
}
