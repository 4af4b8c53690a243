import { z } from 'zod'
import type { Outbound, SendResult } from '../../domain/outbound.ts'
import type { DingtalkApp } from './dingtalk-app.ts'

const answerSchema = z.looseObject({ successResult: z.array(z.string()).catch([]) })

/** Marks a group in a receipt; no key of DingTalk's has it. */
const IN_GROUP = '@'

/** The receipt of what was sent under these `processQueryKey`s: all that a recall needs. */
export const receiptOf = ({ groupId, audience }: Pick<Outbound, 'groupId' | 'audience'>, key: string): string =>
  audience.kind === 'group' ? `${IN_GROUP}${groupId} ${key}` : key

/** The same with another message that belongs to it. */
export const receiptWith = (receipt: string, key: string): string => `${receipt} ${key}`

/**
 * Takes back what the robot sent through the API (API/0725 in groups, API/0723 in private). What a webhook or a session
 * sent has no receipt and stays. The chat shows no trace of it.
 */
export async function recallDingtalk(app: DingtalkApp, robotCode: string, receipt: string): Promise<SendResult> {
  const [first = '', ...others] = receipt.split(' ')
  const inGroup = first.startsWith(IN_GROUP)
  const processQueryKeys = inGroup ? others : [first, ...others]
  const json = { robotCode, processQueryKeys }
  const request = inGroup
    ? {
        path: '/v1.0/robot/groupMessages/recall',
        json: { ...json, openConversationId: first.slice(IN_GROUP.length) },
      }
    : { path: '/v1.0/robot/otoMessages/batchRecall', json }
  const answer = await app.call({ method: 'POST', ...request })
  if ('refused' in answer) return answer.refused
  const recalled = answerSchema.safeParse(answer.json).data?.successResult ?? []
  if (processQueryKeys.every((key) => recalled.includes(key))) return { status: 'sent', receipt }
  return { status: 'failed', code: 'DINGTALK_NOT_RECALLED', hint: '钉钉没有撤回这条消息:不是机器人发的,或时间太久' }
}
