import { type ParseArgsConfig, parseArgs } from 'node:util'
import { wrongCall } from './input.ts'

/** How to call, for people. */
export const USAGE = `用法 (usage): npm run -s qingqun -- 命令 (command)

  classify                       标准输入每行一条消息 → 每行一个判断 (corpus lines → verdicts)
  due                            标准输入每行 {id,text,at} → {id,due,match}
  replay FILE [--policy FILE]    回放一份群聊记录 (a transcript → what the bot would do)
  backtest --policy FILE [--against FILE] [--group ID] [--from DATE] [--to DATE] [--tenant T] [--json] [--messages]
                                 拿存下的消息试一套规则,与现行规则比较 (a policy tried on the stored messages)
  import FILE… --group ID --name NAME [--tenant T]
                                 导入导出的聊天记录,不会因此说话 (exported chats into the store; nothing is said)
  doctor                         检查配置,逐项说明该怎么办 (checks the configuration, says what to do)
  digest --group ID [--period week|day]   某群的小结 (the digest as it would be posted)
  groups [--json] [--tenant T]   全部群的登记和缺项,每行一个 (the registry of groups and what it lacks)
  groups --group ID [--owner M] [--purpose TEXT] [--ends DATE | --temporary | --standing] [--by NAME] [--tenant T]
                                 登记一个群 (register a group)
  policy [--group ID] [--history] [--tenant T]
                                 生效的规则,或全部版本及其改动 (the policy in force, or all versions with their changes)
  policy --group ID --set FILE|--rollback N --by NAME --reason TEXT [--tenant T]
                                 给一个群换规则,或恢复旧版 (set a group's policy, or bring a version back)
  correct --group ID --message ID --label L [--flags a,b] --by NAME [--reason TEXT] [--appeal ID] [--tenant T]
                                 更正一个判断 (correct a verdict); --appeal 支持一件申诉 (uphold an appeal)
  correct --undo ID --by NAME [--tenant T]   撤回一个更正 (withdraw a correction)
  corrections [--tenant T]       全部更正,每行一条 (all corrections, a line each)
  appeals [--group ID] [--tenant T]   全部申诉及其依据,每行一条 (all appeals with their evidence, a line each)
  appeals --decide N --uphold|--reject --by NAME --reason TEXT [--label L] [--tenant T]
                                 决定一件申诉 (decide an appeal); --label 写明它其实是什么 (what it really is)
  train                          用 config/corpus 训练模型 (train the model)
  train --tenant T [--undo]      加上本单位的更正训练,更好才采用 (a tenant's own model); --undo 停用 (go back)
  evaluate [--html FILE] [--json] [--no-baselines]
                                 交叉验证,与基线比较,可另存网页 (cross-validate; a page with pictures)
`

/** `parseArgs` whose complaints are ours: exit 2 and how to call. */
export function parseCall<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (cause) {
    throw wrongCall(cause instanceof Error ? cause.message : '参数有误', USAGE, cause)
  }
}

/** As `parseCall`, for commands whose words all belong to options. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  const { values, positionals } = parseCall(args, options)
  if (positionals.length > 0) throw wrongCall(`多余的参数: ${positionals.join(' ')} (unexpected words)`, USAGE)
  return values
}
