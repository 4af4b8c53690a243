import type { Card } from '../../domain/card.ts'
import { LABEL_NAMES, type Label } from '../../domain/label.ts'
import type { Rule } from '../../domain/policy.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { AppealCase } from './appeal-case.ts'

const QUOTED = 160
const EARLIER = 40
const REASON = 60
const SAID = 80
const SHORT = 30
/** What a reason weighs says something to those who train the judge only. */
const WEIGHT = /\([^()]*\s[+−-]\d+(?:\.\d+)?\)$/u
/** The note has named the rule already. */
const OF_RULE = /,对应规则「.*$/su

/** A message as it is named to whoever sent it. */
export const excerptOf = (text: string, limit = SHORT): string => safeText(text, limit) || '(无文字)'

const named = (groupName: string | null): string => `「${safeText(groupName ?? '') || '本群'}」`

/** The buttons of the note to whoever decides. */
export const decisionCard = (number: number): Card => ({
  title: `第 ${number} 号申诉`,
  buttons: [
    { text: '同意', command: `同意申诉 ${number}`, inPrivate: true },
    { text: '驳回', command: `驳回申诉 ${number}`, inPrivate: true },
  ],
})

const howToDecide = (number: number): string =>
  `同意请回复“同意申诉 ${number}”,那条提醒即撤回;也可写明它其实是什么,如“同意申诉 ${number} 任务”。不同意请回复“驳回申诉 ${number}”,并请写上理由。`

/** The note to whoever decides, with the evidence; nobody is named. */
export function caseNote(found: AppealCase, rule: Rule | undefined): string {
  const { appeal, verdict, before, policyVersion, said, met } = found
  const reasons =
    verdict?.reasons.map((reason) => safeText(reason.replace(WEIGHT, ''), REASON)).join(';') || '(没有记录)'
  const title = rule?.title === undefined ? appeal.rule : safeText(rule.title, REASON)
  return [
    `${named(found.groupName)}有成员对收到的一条提醒提出申诉(${appeal.number} 号),请您看一看是否合适。`,
    `原消息:${excerptOf(found.text, QUOTED)}`,
    ...(before.length > 0 ? [`此前几条:${before.map((text) => excerptOf(text, EARLIER)).join(' / ')}`] : []),
    ...(verdict
      ? [`机器判断:${LABEL_NAMES[verdict.label]},把握 ${Math.floor(verdict.confidence * 100)}%;${reasons}`]
      : []),
    `规则:${title}${policyVersion === null ? '' : `(第 ${policyVersion} 版)`}${met === null ? '' : `;${safeText(met.replace(OF_RULE, ''), REASON)}`}`,
    ...(said === null ? [] : [`提醒原话:${safeText(said, SAID)}`]),
    `申诉理由:${safeText(appeal.reason, QUOTED) || '(未写)'}`,
    howToDecide(appeal.number),
  ].join('\n')
}

/** An open case in a list for those who may decide it. */
export const caseLine = ({ appeal, groupName, text }: AppealCase): string =>
  `${appeal.number} 号${named(groupName)}“${excerptOf(text)}”;理由:${safeText(appeal.reason, EARLIER) || '(未写)'}`

/** What whoever appealed is told in private. */
export function outcomeWords(
  about: { number: number; groupName: string | null; text: string },
  outcome: { state: 'upheld' | 'rejected'; reason: string; label: Label | null },
): string {
  const which = `您对${named(about.groupName)}“${excerptOf(about.text)}”那条提醒的申诉(${about.number} 号)`
  const reason = safeText(outcome.reason, QUOTED)
  if (outcome.state === 'rejected')
    return `${which}负责人已看过,认为提醒可以保留,计入次数。\n${reason ? `理由:${reason}` : '负责人没有另写理由。'}\n如仍有不同意见,可以直接和负责人沟通。`
  const label = outcome.label === null ? '' : `该消息改记为“${LABEL_NAMES[outcome.label]}”,更正也会用来改进以后的判断。`
  const added = reason === '' ? '' : `\n负责人的说明:${reason}`
  return `${which}已获同意:提醒撤回,不再计入次数。${label}谢谢您指出来,给您添麻烦了。${added}`
}
