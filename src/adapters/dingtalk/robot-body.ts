import { z } from 'zod'
import type { GroupMessage } from '../../domain/message.ts'
import { refusal } from '../refusal.ts'
import { QUOTA_ERROR } from './constants.ts'
import { type DingtalkMessageOptions, normaliseDingtalk } from './message.ts'

export interface RobotBodyOptions extends DingtalkMessageOptions {
  /** Where given, a body of another robot is refused with 403. */
  robotCode: string | undefined
  /** The organisation's quota of calls is used up and messages arrive empty: an operator must know. Must not throw. */
  onQuota: ((notice: { channelId: string; errMsg: string }) => void) | undefined
}

const quotaSchema = z.looseObject({
  errCode: z.union([z.literal(QUOTA_ERROR), z.literal(String(QUOTA_ERROR))]),
  errMsg: z.string().catch(''),
})

/**
 * What the robot was told, the same JSON by HTTP callback and by Stream (API/0718); null for the notice that the quota
 * is used up (EVT/0004), which is passed on. Throws CodedError 400 or 403.
 */
export function readRobotBody(body: Record<string, unknown>, options: RobotBodyOptions): GroupMessage | null {
  const { robotCode, onQuota, channelId } = options
  const quota = quotaSchema.safeParse(body)
  if (robotCode !== undefined && body.robotCode !== robotCode && !(quota.success && body.robotCode === undefined)) {
    throw refusal(403, 'RECEIVER_WRONG', '这条回调属于另一个机器人', '请核对 robotCode 与消息接收地址')
  }
  if (!quota.success) return normaliseDingtalk(body, options)
  onQuota?.({ channelId, errMsg: quota.data.errMsg.slice(0, 200) })
  return null
}
