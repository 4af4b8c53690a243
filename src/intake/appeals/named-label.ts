import { LABEL_NAMES, LABELS, type Label } from '../../domain/label.ts'

/** What people call the labels in short; the full names and codes are understood as well. */
const SHORT: Readonly<Record<Label, readonly string[]>> = {
  task: ['任务', '部署', '布置任务'],
  progress: ['进展', '反馈', '办理情况', '办结'],
  problem: ['问题', '反映问题'],
  notice: ['通知', '信息'],
  checkin: ['打卡', '留痕'],
  boast: ['晒成绩', '表功'],
  ritual: ['应答', '客套'],
  mandate: ['形式主义', '形式要求'],
  chatter: ['闲聊'],
}

const NAMED = LABELS.map((label) => {
  const names = [label, LABEL_NAMES[label], ...SHORT[label]].join('|')
  // Set off from what follows: 「任务很急」 is a reason, not a label.
  return [label, new RegExp(`^(?:这?(?:应)?(?:是|属于|算|为)\\s*)?(?:${names})(?:$|[\\s::,,。.;;!!]+)`, 'iu')] as const
})

/** The label with which a decision on an appeal begins, as in 「同意申诉 3 任务,县里要的」, and what else it says. */
export function namedLabel(words: string): { label: Label | null; reason: string } {
  const trimmed = words.trim()
  for (const [label, name] of NAMED) {
    const found = name.exec(trimmed)
    if (found) return { label, reason: trimmed.slice(found[0].length).trim() }
  }
  return { label: null, reason: trimmed }
}
