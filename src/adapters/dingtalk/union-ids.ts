import { z } from 'zod'
import type { Refused } from '../http-client.ts'
import type { DingtalkApp } from './dingtalk-app.ts'

export type UnionId = { unionId: string } | { refused: Refused }

const MAX_KNOWN = 20_000
const userSchema = z.looseObject({ result: z.looseObject({ unionid: z.string().min(1) }) })

/** The union id of a staff id, which todos are addressed by: topapi/v2/user/get (API/0056). It never changes and is kept. */
export function createUnionIds(app: DingtalkApp): (staffId: string) => Promise<UnionId> {
  const known = new Map<string, string>()
  return async (staffId) => {
    const before = known.get(staffId)
    if (before !== undefined) return { unionId: before }
    const answer = await app.oapi({ path: '/topapi/v2/user/get', json: { userid: staffId, language: 'zh_CN' } })
    if ('refused' in answer) return answer
    const unionId = userSchema.safeParse(answer.json).data?.result.unionid
    if (unionId === undefined) {
      const hint = '钉钉没有给出成员的 unionid,请确认应用有「成员信息读权限」'
      return { refused: { status: 'failed', code: 'DINGTALK_INVALID_USER', hint } }
    }
    const [oldest] = known.keys()
    if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest)
    known.set(staffId, unionId)
    return { unionId }
  }
}
