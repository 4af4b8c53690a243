import type { Timing } from '../../adapters/adapter.ts'
import { HEARD_EVENTS } from '../../adapters/dingtalk/dws-event.ts'
import { spawnDws } from '../../adapters/dingtalk/dws-source.ts'
import type { Env } from '../../env.ts'
import { type Finding, right, unknown, wrong } from './finding.ts'

/** How long the command may take to say its version. */
const LIMIT_MS = 10_000
const MOST_BYTES = 200

/** What is wrong with the arguments, so that nothing would be heard. */
function faultsIn(args: readonly string[]): string[] {
  const faults: string[] = []
  const event = args.find((arg) => /^user_\w+$/.test(arg))
  if (event !== undefined && !HEARD_EVENTS.has(event))
    faults.push(`${event} 不是群消息或撤回的事件,请用 user_im_message_receive_group_all 等`)
  if (args.includes('consume') && !args.some((arg) => /\bndjson$/.test(arg))) faults.push('请加上 -f ndjson,否则读不懂')
  return faults
}

/** Asks the command for its version alone: nothing is subscribed to. */
async function examineCommand(
  what: string,
  [file, ...args]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string | undefined>>,
  timing: Timing,
): Promise<Finding[]> {
  const faults = faultsIn(args).map((fault) => wrong(`${what}: ${fault}`))
  const source = spawnDws({ command: [file, '--version'], environment, timing })
  const over = new AbortController()
  const late = timing.sleep(LIMIT_MS, over.signal).then(() => {
    if (!over.signal.aborted) return source.stop()
  })
  const pieces: Buffer[] = []
  for await (const piece of source.output) pieces.push(piece)
  const { exitCode, fault } = await source.ended
  over.abort()
  await late
  if (fault !== null) return [...faults, wrong(`${what}: 启动不了 ${file}(${fault}),请核对命令的路径和执行权限`)]
  const version = /[\w.-]*\d+\.\d+[\w.-]*/.exec(Buffer.concat(pieces).toString('utf8', 0, MOST_BYTES))?.[0]
  const login = '是否已登录、管理员是否允许,要开始监听才知道,这里不监听;启动后看 qingqun_listening'
  return [
    ...faults,
    exitCode === 0
      ? right(`${what}: 命令可以运行${version === undefined ? '' : `(${version})`}`)
      : unknown(`${what}: 命令在,但不回答 --version,无法确认它是 dws`),
    unknown(`${what}: ${login}`),
  ]
}

/** The commands that hear DingTalk groups. */
export async function examineDws(
  env: Env,
  environment: Readonly<Record<string, string | undefined>>,
  timing: Timing,
): Promise<Finding[]> {
  const found = await Promise.all(
    (env.DINGTALK_DWS ?? []).map((command, index) =>
      examineCommand(`钉钉 dws(第 ${index + 1} 条)`, command, environment, timing),
    ),
  )
  if (env.DINGTALK_DWS_STDIN === 'on')
    found.push([
      unknown('钉钉 dws(标准输入): 接上了没有,要启动以后才看得到;看 qingqun_listening{channel="dingtalk:dws-stdin"}'),
    ])
  return found.flat()
}
