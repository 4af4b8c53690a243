import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { classify } from './cli/classify.ts'
import { due } from './cli/due.ts'
import { parseDocument, readInput, readStandardInput, wrongCall } from './cli/input.ts'
import { createProgress } from './cli/progress.ts'
import { CodedError } from './domain/errors.ts'
import { transcriptSchema } from './domain/transcript.ts'
import { readEnv } from './env.ts'
import { findDue } from './judge/deadline/find-due.ts'
import { loadJudge } from './judge/load.ts'

const ROOT = join(import.meta.dirname, '..')
const MODEL_FOLDER = join(ROOT, 'config/model')
const CORPUS_FOLDER = join(ROOT, 'config/corpus')

const USAGE = `用法 (usage): npm run -s qingqun -- 命令 (command)

  classify                       标准输入每行一条消息 → 每行一个判断 (corpus lines → verdicts)
  due                            标准输入每行 {id,text,at} → {id,due,match}
  replay FILE [--policy FILE]    回放一份群聊记录 (a transcript → what the bot would do)
  digest --group ID [--period week|day]   某群的小结 (the digest as it would be posted)
  train                          用 config/corpus 训练模型 (train the model)
  evaluate [--html FILE]         交叉验证,可另存网页 (cross-validate; a page with pictures)
`

// What only one command needs is loaded by that command: the database takes half a second to load.
const print = (line: string) => process.stdout.write(`${line}\n`)
const progress = createProgress(process.stderr)

async function printLines(lines: Iterable<object>): Promise<void> {
  for (const line of lines) print(JSON.stringify(line))
}

async function replayCommand(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, { policy: { type: 'string' } })
  const [file, ...rest] = positionals
  if (file === undefined || rest.length > 0) throw wrongCall('replay 需要一个文件 (replay takes one file)', USAGE)
  const transcript = parseDocument(await readInput(file), transcriptSchema, file)
  const policyFile = typeof values.policy === 'string' ? values.policy : join(ROOT, 'config/policies/standard.yaml')
  const policy = { source: await readInput(policyFile), fileName: policyFile }
  const { replay } = await import('./app/replay.ts')
  const report = await replay({ transcript, policy, judge: loadJudge(MODEL_FOLDER), findDue })
  print(JSON.stringify(report, null, 2))
}

async function digestCommand(args: string[]): Promise<void> {
  const { values } = parse(args, { group: { type: 'string' }, period: { type: 'string', default: 'week' } })
  const kinds = { week: 'weekly', day: 'daily' } as const
  const kind = kinds[values.period as keyof typeof kinds]
  if (typeof values.group !== 'string' || kind === undefined)
    throw wrongCall('digest 需要 --group 群编号,--period 为 week 或 day', USAGE)
  const env = readEnv(process.env)
  const [{ composeDigest }, { openStore }, { listGroups }] = await Promise.all([
    import('./outbox/compose-digest.ts'),
    import('./store/database.ts'),
    import('./store/groups.ts'),
  ])
  if (env.DATABASE_URL === undefined && !existsSync(join(env.DATA_DIR, 'pgdata')))
    throw wrongCall(
      `${env.DATA_DIR} 里还没有数据 (no data there yet)`,
      '请核对 DATA_DIR;使用内置数据库时,请先停掉服务再运行本命令。',
    )
  const store = await openStore(
    env.DATABASE_URL === undefined
      ? { kind: 'embedded', folder: env.DATA_DIR }
      : { kind: 'server', url: env.DATABASE_URL },
  )
  try {
    const groups = await listGroups(store.db)
    const group = groups.find((each) => each.groupId === values.group)
    if (!group) {
      const known = groups.map((each) => each.groupId).join('、') || '(还没有)'
      throw wrongCall(`没有编号为 ${values.group} 的群 (no such group)`, `已知的群: ${known}`)
    }
    print(await composeDigest(store.db, group, kind, Date.now()))
  } finally {
    await store.close()
  }
}

async function trainCommand(args: string[]): Promise<void> {
  parse(args, {})
  const { trainFromCorpus } = await import('./judge/train/train-from-corpus.ts')
  const report = await trainFromCorpus({ corpusDir: CORPUS_FOLDER, outDir: MODEL_FOLDER, onProgress: progress })
  print(JSON.stringify(report, null, 2))
}

async function evaluateCommand(args: string[]): Promise<void> {
  const { values } = parse(args, { html: { type: 'string' } })
  const [{ evaluateCorpus, formatEvaluation }, { evaluationPage }] = await Promise.all([
    import('./judge/train/evaluate.ts'),
    import('./judge/train/evaluation-page.ts'),
  ])
  const report = await evaluateCorpus({ corpusDir: CORPUS_FOLDER, onProgress: progress })
  print(formatEvaluation(report))
  if (values.html !== undefined) await writeFile(values.html, evaluationPage(report))
}

/** `parseArgs` whose complaints are ours: exit 2 and how to call. */
function parse<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (cause) {
    throw wrongCall(cause instanceof Error ? cause.message : '参数有误', USAGE, cause)
  }
}

const COMMANDS = new Map<string, (args: string[]) => Promise<void>>(
  Object.entries({
    classify: async (args: string[]) => {
      parse(args, {})
      await printLines(classify(await readStandardInput(), loadJudge(MODEL_FOLDER)))
    },
    due: async (args: string[]) => {
      parse(args, {})
      await printLines(due(await readStandardInput(), findDue))
    },
    replay: replayCommand,
    digest: digestCommand,
    train: trainCommand,
    evaluate: evaluateCommand,
  }),
)

async function main([name, ...args]: string[]): Promise<void> {
  const command = COMMANDS.get(name ?? '')
  if (!command) throw wrongCall(name ? `没有 ${name} 这个命令 (no such command)` : '请给出命令 (which command?)', USAGE)
  await command(args)
}

// Whoever reads the lines may have read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

main(process.argv.slice(2)).catch((error) => {
  const coded = error instanceof CodedError ? error : null
  process.stderr.write(coded ? `${coded.message}\n${coded.hint}\n` : `${error?.stack ?? error}\n`)
  process.exitCode = coded && coded.status < 500 ? 2 : 1
})
