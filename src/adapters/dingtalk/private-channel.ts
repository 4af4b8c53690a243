import { z } from 'zod'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { replaceMemberMarks } from '../member-marks.ts'
import { misconfigured } from '../refusal.ts'
import { MAX_MSG_PARAM_BYTES, MAX_PRIVATE_BYTES, OPEN_ID_PREFIX } from './constants.ts'
import { createDingtalkApp, type DingtalkApp, type DingtalkAppOptions } from './dingtalk-app.ts'
import { unreadable } from './error-code.ts'
import { markdownParam } from './markdown.ts'
import { recallDingtalk } from './recall.ts'

export interface DingtalkPrivateChannelOptions extends DingtalkAppOptions {
  channelId: string
  robotCode: string
  /** The application, where it says other things too; otherwise one of its own. */
  app?: DingtalkApp
  /** Which groups' members it serves; all without it. */
  serves?: (groupId: string) => boolean
}

const ids = z.array(z.string()).catch([])
const sentSchema = z.looseObject({
  processQueryKey: z.string().nullish().catch(null),
  invalidStaffIdList: ids,
  flowControlledStaffIdList: ids,
})

/** Speaks to one member in private: robot/oToMessages/batchSend (API/0714). */
export function createDingtalkPrivateChannel(options: DingtalkPrivateChannelOptions): Channel {
  const { channelId, appKey, appSecret, robotCode, serves = () => true } = options
  if (appKey === '' || appSecret === '' || robotCode === '') {
    throw misconfigured('DINGTALK_APP_INVALID', '钉钉应用的配置不完整', '请填写 appKey、appSecret 和 robotCode')
  }
  const app = options.app ?? createDingtalkApp(options)

  return {
    name: `dingtalk-private:${channelId}`,
    maxBytes: MAX_PRIVATE_BYTES,
    reaches: ({ groupId, audience }) =>
      audience.kind === 'member' && !isEncryptedId(audience.memberId) && serves(groupId),
    async send({ audience, body }) {
      if (audience.kind !== 'member' || isEncryptedId(audience.memberId)) {
        const hint = '没有收件人的员工 userid:请先发布机器人,之后的消息才带有它'
        return { status: 'failed', code: 'DINGTALK_RECIPIENT_INVALID', hint }
      }
      if (Buffer.byteLength(body) > MAX_PRIVATE_BYTES) {
        return { status: 'failed', code: 'DINGTALK_TOO_LONG', hint: '内容过长,应先拆分' }
      }
      const { memberId } = audience
      const msgParam = markdownParam(
        replaceMemberMarks(body, () => ''),
        MAX_MSG_PARAM_BYTES,
      )
      const json = { robotCode, userIds: [memberId], msgKey: 'sampleMarkdown', msgParam }
      const answer = await app.call({ method: 'POST', path: '/v1.0/robot/oToMessages/batchSend', json })
      if ('refused' in answer) return answer.refused
      const sent = sentSchema.safeParse(answer.json).data
      return sent === undefined ? unreadable(200) : resultFor(memberId, sent)
    },
    recall: (receipt) => recallDingtalk(app, robotCode, receipt),
  }
}

/** `senderId` of an unpublished robot's callbacks (API/0718), or an open id of dws: no API of the robot takes them. */
const isEncryptedId = (memberId: string): boolean => memberId.startsWith('$:') || memberId.startsWith(OPEN_ID_PREFIX)

/** HTTP 200 still lists those who got nothing (API/0714). */
function resultFor(memberId: string, answer: z.output<typeof sentSchema>): SendResult {
  if (answer.invalidStaffIdList.includes(memberId)) {
    const hint = '收件人不在本组织或不在应用的可见范围内,请管理员核对'
    return { status: 'failed', code: 'DINGTALK_INVALID_USER', hint }
  }
  if (answer.flowControlledStaffIdList.includes(memberId)) {
    return { status: 'retry', code: 'DINGTALK_FLOW_CONTROLLED', hint: '收件人暂被钉钉限流,稍后再试', afterMs: 60_000 }
  }
  return { status: 'sent', receipt: answer.processQueryKey ?? null }
}
