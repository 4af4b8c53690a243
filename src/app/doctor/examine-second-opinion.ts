import { createHttpClient, type Fetch } from '../../adapters/http-client.ts'
import type { Env } from '../../env.ts'
import { type Finding, refusedFinding, right, unknown, wrong } from './finding.ts'

const WHAT = '第二意见'
const BASE = 'SECOND_OPINION_BASE_URL'

/** Whether the service of second opinions knows the key and the model: its list of models is asked for, which costs nothing. */
export async function examineSecondOpinion(env: Env, fetch: Fetch): Promise<Finding[]> {
  const { SECOND_OPINION_BASE_URL: base, SECOND_OPINION_MODEL: model, SECOND_OPINION_API_KEY: key } = env
  if (base === undefined || model === undefined) return []
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const outcome = await createHttpClient({ fetch })({ method: 'GET', url: `${base}/models`, headers })
  if ('refused' in outcome) return [refusedFinding(WHAT, outcome.refused, BASE)]
  const { status, json } = outcome
  if (status === 401 || status === 403) return [wrong(`${WHAT}: 服务不认密钥,请核对 SECOND_OPINION_API_KEY`)]
  const listed = status === 200 ? modelsIn(json) : null
  if (listed === null) return [unknown(`${WHAT}: 服务没有给出模型清单(HTTP ${status}),密钥和模型名要用到时才能验证`)]
  return listed.includes(model)
    ? [right(`${WHAT}: 密钥和模型 ${model} 可用`)]
    : [wrong(`${WHAT}: 服务没有名为 ${model} 的模型,请核对 SECOND_OPINION_MODEL`)]
}

function modelsIn(json: unknown): string[] | null {
  if (typeof json !== 'object' || json === null || !('data' in json) || !Array.isArray(json.data)) return null
  return json.data.flatMap((each: { id?: unknown } | null) => (typeof each?.id === 'string' ? [each.id] : []))
}
