import type { Outcome } from '../app/backtest/tally.ts'
import type { Action } from '../domain/decision.ts'

/** What a rule does, in a few words. */
export const ACTION_WORDS: Readonly<Record<Action, string>> = {
  record: '只记录',
  'remind-sender': '私下提醒本人',
  'ask-for-details': '私下请本人补充',
  'note-owner': '告知群主',
  'note-group': '在群里说一句',
  'offer-silent-confirm': '建议改用静默确认',
  recall: '撤回',
}

/** What becomes of it, in a few words. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  said: '会说',
  trial: '试运行期内只记录',
  recorded: '记录',
  budget: '超出额度',
  gathered: '并入前一条',
  exempt: '豁免',
  emergency: '应急',
  paused: '已静默',
  'own-words': '转述机器人的话',
  'no-recipient': '没有可告知的人',
  'no-channel': '没有可用的渠道',
  corrected: '判断已更正',
}
