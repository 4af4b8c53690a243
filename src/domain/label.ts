/** The nine things a work-group message can do, in the order of the label guide (`config/corpus/LABELS.md`). */
export const LABELS = [
  'task',
  'progress',
  'problem',
  'notice',
  'checkin',
  'boast',
  'ritual',
  'mandate',
  'chatter',
] as const
export type Label = (typeof LABELS)[number]

/** Properties of a message that are independent of its label; any number may hold. */
export const FLAGS = ['asks_ack', 'asks_trace', 'deadline', 'meeting', 'document', 'form'] as const
export type Flag = (typeof FLAGS)[number]

const SUBSTANTIVE: ReadonlySet<Label> = new Set(['task', 'progress', 'problem', 'notice'])

/** True for the labels that carry work; every other label is noise. */
export const isSubstantive = (label: Label): boolean => SUBSTANTIVE.has(label)

/** The Chinese name of each label, as users read it. */
export const LABEL_NAMES: Readonly<Record<Label, string>> = {
  task: '任务部署',
  progress: '办理反馈',
  problem: '问题反馈',
  notice: '信息通知',
  checkin: '打卡留痕',
  boast: '晒成绩',
  ritual: '形式应答',
  mandate: '形式主义要求',
  chatter: '闲聊无关',
}
