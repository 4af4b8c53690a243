import type { Env } from '../../env.ts'
import { inspectStore, type StoreState } from '../../store/inspect.ts'
import { type Finding, right, wrong } from './finding.ts'

function findingOf(state: StoreState, name: string, variable: string): Finding {
  switch (state.kind) {
    case 'new':
      return right(`${name}: 还没有数据,启动服务时会建立`)
    case 'in-use':
      return right(`${name}: 正由运行中的服务使用`)
    case 'too-old':
      return wrong(`${name}: PostgreSQL ${state.version} 太旧,请升级到 15 或更新`)
    case 'unreachable':
      return wrong(`${name}: 打不开(${state.code}),请检查 ${variable}、账号权限和网络`)
    case 'ready':
      return state.pending === 0
        ? right(`${name}: 可用,结构是最新的`)
        : wrong(`${name}: 可用,但结构差 ${state.pending} 步没有更新;请启动一次服务,它会自动更新`)
  }
}

/** Whether the database answers and its schema is up to date. Nothing is changed. */
export async function examineStore(env: Pick<Env, 'DATABASE_URL' | 'DATA_DIR'>): Promise<Finding> {
  if (env.DATABASE_URL === undefined)
    return findingOf(await inspectStore({ kind: 'embedded', folder: env.DATA_DIR }), '内置数据库', 'DATA_DIR')
  return findingOf(await inspectStore({ kind: 'server', url: env.DATABASE_URL }), '数据库', 'DATABASE_URL')
}
