import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type History, readHistory } from '../adapters/history/read-history.ts'
import { importHistory } from '../app/import-history.ts'
import { readPolicyFile } from '../app/policy-files.ts'
import { openTenantJudges } from '../app/tenant-judges.ts'
import { DEFAULT_TENANT } from '../app/ways/way.ts'
import { CodedError } from '../domain/errors.ts'
import { readEnv } from '../env.ts'
import { findDue } from '../judge/deadline/find-due.ts'
import { loadJudge } from '../judge/load.ts'
import { createLog } from '../log.ts'
import { parseCall, USAGE } from './call.ts'
import { wrongCall } from './input.ts'
import { MODEL_FOLDER, ROOT } from './paths.ts'
import { print, say } from './print.ts'
import { createProgress } from './progress.ts'
import { timeLeft } from './time-left.ts'
import { withStore } from './with-store.ts'

const MOST_ID = 256

async function read(path: string): Promise<History & { path: string }> {
  const bytes = await readFile(path).catch((cause) => {
    throw wrongCall(`读不到文件 ${path} (cannot read the file)`, '请检查路径和权限。', cause)
  })
  try {
    return { path, ...readHistory(bytes, Date.now()) }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw wrongCall(`${path}: ${error.message}`, error.hint, error)
  }
}

/** `import FILE… --group ID --name NAME [--tenant T]`: exported histories into the store; nothing is said because of it. */
export async function importCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseCall(args, {
    group: { type: 'string' },
    name: { type: 'string' },
    tenant: { type: 'string', default: DEFAULT_TENANT },
  })
  const { group: groupId = '', name = '', tenant: tenantId } = values
  if (positionals.length === 0) throw wrongCall('import 需要至少一个文件 (which files?)', USAGE)
  if ([groupId, name, tenantId].some((each) => each.trim() === '' || each.length > MOST_ID))
    throw wrongCall(`import 需要 --group 群编号和 --name 群名,最多 ${MOST_ID} 个字 (which group?)`, USAGE)
  const env = readEnv(process.env)
  // Every file is read before the first is stored: what is wrong in any of them is told before anything has happened.
  const histories: (History & { path: string })[] = []
  for (const path of positionals) histories.push(await read(path))
  const policy = await readPolicyFile(env, ROOT, 'standard.yaml')
  const judge = loadJudge(MODEL_FOLDER)
  const leaders = new Set(env.LEADERS)
  await withStore(
    async (db) => {
      const judges = await openTenantJudges(db, judge, createLog('silent'))
      for (const { path, format, messages } of histories) {
        const progress = createProgress(process.stderr)
        const from = performance.now()
        const imported = await importHistory({
          db,
          group: { tenantId, groupId, name },
          messages,
          policy,
          judge: judges.of(tenantId),
          findDue,
          roleOf: (memberId) => (leaders.has(memberId) ? 'leader' : null),
          newId: randomUUID,
          until: Date.now(),
          onProgress: (done, total) =>
            progress(done, total, `${path}${timeLeft(done / total, from, performance.now())}`),
        })
        print(JSON.stringify({ file: path, format, ...imported }))
      }
    },
    { mayBeFirst: true },
  )
  say('导入完成;机器人不会因导入的消息说话。')
}
