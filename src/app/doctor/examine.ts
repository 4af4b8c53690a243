import { join } from 'node:path'
import type { Timing } from '../../adapters/adapter.ts'
import type { Fetch } from '../../adapters/http-client.ts'
import { CodedError } from '../../domain/errors.ts'
import type { Env } from '../../env.ts'
import { loadJudge } from '../../judge/load.ts'
import { readPolicyFile } from '../policy-files.ts'
import { examineArchive } from './examine-archive.ts'
import { examineBridge } from './examine-bridge.ts'
import { examineDingtalk } from './examine-dingtalk.ts'
import { examineDws } from './examine-dws.ts'
import { examineFeishu } from './examine-feishu.ts'
import { examineSecondOpinion } from './examine-second-opinion.ts'
import { examineStore } from './examine-store.ts'
import { examineWecom } from './examine-wecom.ts'
import { type Finding, right, unknown, wrong } from './finding.ts'
import { watchClock } from './watch-clock.ts'

/** What throws in words becomes a finding in one line. */
async function tried(what: string, work: () => unknown): Promise<Finding> {
  try {
    await work()
    return right(`${what}: 可用`)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return wrong(`${what}: ${error.message.replace(/\s*\n\s*/g, ';')}。${error.hint}`)
  }
}

export interface ExamineOptions {
  env: Env
  root: string
  fetch: Fetch
  timing: Timing
  /** Of this process, for the commands that it starts. */
  environment: Readonly<Record<string, string | undefined>>
}

/** Looks at everything that is configured, platforms last; nothing is sent or changed, and no secret is shown. */
export async function examine(options: ExamineOptions): Promise<Finding[]> {
  const { env, root, timing } = options
  const clock = watchClock(options.fetch, timing.now)
  const [policy, model, store, ...outside] = await Promise.all([
    tried('规则文件', () => readPolicyFile(env, root, 'standard.yaml')),
    tried('判断模型', () => loadJudge(join(root, 'config/model'))),
    examineStore(env),
    examineWecom(env, clock.fetch),
    examineArchive(env, timing),
    examineDingtalk(env, clock.fetch),
    examineDws(env, options.environment, timing),
    examineFeishu(env, clock.fetch, timing.now),
    examineBridge(env, clock.fetch),
    examineSecondOpinion(env, clock.fetch),
  ])
  const platforms = outside.flat()
  if (platforms.length === 0)
    return [policy, model, store, unknown('平台: 还没有配置任何平台,只有沙箱可用;配置方法见 README')]
  return [
    policy,
    model,
    store,
    ...platforms,
    clock.finding(),
    unknown('回调地址: 平台能否从公网访问本机,这里查不了;请看平台后台保存地址时的结果'),
  ]
}
