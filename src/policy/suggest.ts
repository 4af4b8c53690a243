import { ACTIONS, type Action } from '../domain/decision.ts'
import { FLAGS, LABEL_NAMES, LABELS } from '../domain/label.ts'
import { FLAG_NAMES } from './reason.ts'

const ACTION_NAMES: Readonly<Record<Action, readonly string[]>> = {
  record: ['记录', '只记录'],
  'remind-sender': ['提醒', '私聊提醒', '提醒本人', '提醒发送人', 'remind'],
  'ask-for-details': ['请补充', '补齐', '要求补充'],
  'note-owner': ['告知群主', '通知群主', '提醒群主'],
  'note-group': ['群内提示', '群里提示', '群提示'],
  'offer-silent-confirm': ['静默确认', '已读确认'],
  recall: ['撤回'],
}

/** What people write instead of a field, or of a value that is no label, flag or action. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  name: ['名称', '名字'],
  mode: ['模式'],
  observe: ['观察', '试运行', 'dryrun'],
  enforce: ['执行', '启用'],
  observeFirst: ['先观察', '观察期', '试用期', 'trial'],
  workHours: ['工作时间', '上班时间'],
  groups: ['群', '群检查', '群组登记'],
  idle: ['闲置', '空闲'],
  finished: ['临时群', '到期'],
  similar: ['相似', '重复'],
  required: ['必填', '登记项'],
  purpose: ['用途'],
  ends: ['结束日期'],
  names: ['姓名'],
  admin: ['管理员'],
  emergencies: ['紧急词', '应急词'],
  days: ['日子', '哪些天'],
  from: ['上班', '从'],
  to: ['下班', '到'],
  workdays: ['工作日'],
  everyday: ['每天', '天天'],
  bot: ['机器人'],
  quiet: ['静默', '安静', '安静时段', '静默时段'],
  groupPostsPerDay: ['每天发言', '群发言上限'],
  remindersPerPersonPerWeek: ['每周提醒', '提醒上限'],
  mayRecall: ['允许撤回', '可以撤回', '撤回'],
  exempt: ['豁免', '例外'],
  roles: ['角色'],
  members: ['成员', '人员'],
  keywords: ['关键词'],
  digest: ['小结', '报告'],
  daily: ['日报'],
  weekly: ['周报'],
  rules: ['规则'],
  title: ['标题', '说明'],
  clause: ['依据', '条款'],
  when: ['条件', '如果', '当', 'if'],
  // biome-ignore lint/suspicious/noThenProperty: a field of the policy file
  then: ['动作', '那么', '处理', 'do', 'actions'],
  escalate: ['升级', '再犯'],
  urgent: ['紧急', '立即', '马上'],
  after: ['第几次', '满', 'times'],
  label: ['类别', '类型', '标签', 'category'],
  confidence: ['把握', '置信度'],
  flags: ['标记', '特征'],
  role: ['角色', '身份'],
  leader: ['领导'],
  member: ['成员'],
  text: ['文字', '包含', '关键词', '字样', '词', '文字相同', '同一句话', 'keyword', 'keywords', 'words', 'contains'],
  pattern: ['正则', '正则表达式', '表达式', '模式', 'regex', 'regexp', 'match'],
  mentionsAll: ['@所有人', '艾特所有人', '所有人', '全体成员', 'atAll', 'everyone'],
  ranking: ['排名', '排行', '点名', 'rank'],
  picturesOnly: ['图片', '只有图片', '纯图片', '只发图', 'imagesOnly', 'images', 'photos'],
  missing: ['缺少', '缺', '没写', 'without', 'lacks'],
  assignee: ['负责人', '责任人', '承办人', '由谁办', 'owner', 'who'],
  due: ['时限', '截止', '期限', '截止时间', '完成时间', 'deadline'],
  repeated: ['重复', '重复要求', '再次要求', 'duplicate', 'similar'],
  count: ['次数', '条数', '几条', 'number'],
  within: ['时间内', '以内', '窗口', 'window'],
  of: ['按', '按什么数', 'per', 'by'],
  group: ['群', '全群', '本群'],
  sender: ['同一人', '同一个人', '发送人', 'person', 'user'],
  reply: ['回复', '同一条消息', '对同一条消息', 'answers'],
  outOfHours: ['工作时间以外', '非工作时间', '下班后', '下班时间', 'afterHours'],
  restDay: ['休息日', '节假日', '周末', '假期', 'holiday', 'weekend'],
  true: ['是', 'yes', 'on'],
  false: ['否', 'no', 'off'],
}

/** Each thing that people write, with what it may stand for: 关键词 is `text` in a rule and `keywords` in `exempt`. */
const SYNONYMS = Map.groupBy(
  [
    ...LABELS.map((label) => ({ written: LABEL_NAMES[label], meant: label })),
    ...FLAGS.map((flag) => ({ written: FLAG_NAMES[flag], meant: flag })),
    ...ACTIONS.flatMap((action) => ACTION_NAMES[action].map((written) => ({ written, meant: action }))),
    ...Object.entries(WORDS).flatMap(([meant, all]) => all.map((written) => ({ written, meant }))),
  ].map(({ written, meant }) => ({ written: fold(written), meant })),
  ({ written }) => written,
)

/** The one of `allowed` that was probably meant by `written`; null where none is near. */
export function suggest(written: string, allowed: readonly string[]): string | null {
  const plain = fold(written)
  const synonym = SYNONYMS.get(plain)?.find(({ meant }) => allowed.includes(meant))
  if (synonym !== undefined) return synonym.meant
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of allowed) {
    const other = fold(candidate)
    const distance = editDistance(plain, other)
    const near = distance <= Math.max(1, Math.floor(other.length / 3))
    if (near && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function fold(word: string): string {
  return word
    .slice(0, 64)
    .toLowerCase()
    .replace(/[\s_-]/g, '')
}

/** Edits between two words where swapping two neighbours is one edit (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const current = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = from[i - 1] === to[j - 1] ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + changed)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
