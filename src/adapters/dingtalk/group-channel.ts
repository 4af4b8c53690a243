import { z } from 'zod'
import type { Channel } from '../adapter.ts'
import { replaceMemberMarks } from '../member-marks.ts'
import { misconfigured } from '../refusal.ts'
import { MAX_MSG_PARAM_BYTES, MAX_PRIVATE_BYTES } from './constants.ts'
import type { DingtalkApp } from './dingtalk-app.ts'
import { unreadable } from './error-code.ts'
import { markdownParam } from './markdown.ts'
import { recallDingtalk, receiptOf } from './recall.ts'

export interface DingtalkGroupChannelOptions {
  channelId: string
  app: DingtalkApp
  robotCode: string
  /** Which groups it serves; all without it. */
  serves?: (groupId: string) => boolean
}

const sentSchema = z.looseObject({ processQueryKey: z.string().min(1) })

/**
 * Posts to a group that the app's robot is in: robot/groupMessages/send (API/0716). It costs a call of the
 * organisation's quota, and cannot call on anybody: member marks are left out (DEV/0079).
 */
export function createDingtalkGroupChannel(options: DingtalkGroupChannelOptions): Channel {
  const { channelId, app, robotCode, serves = () => true } = options
  if (robotCode === '') throw misconfigured('DINGTALK_APP_INVALID', '钉钉应用的配置不完整', '请填写 robotCode')
  const reaches: Channel['reaches'] = ({ groupId, audience }) =>
    audience.kind === 'group' && groupId.startsWith('cid') && serves(groupId)
  return {
    name: `dingtalk-group:${channelId}`,
    maxBytes: MAX_PRIVATE_BYTES,
    reaches,
    async send({ groupId, audience, body }) {
      if (!reaches({ groupId, audience })) {
        return { status: 'failed', code: 'DINGTALK_GROUP_UNKNOWN', hint: '这不是机器人所在的钉钉群' }
      }
      if (Buffer.byteLength(body) > MAX_PRIVATE_BYTES) {
        return { status: 'failed', code: 'DINGTALK_TOO_LONG', hint: '内容过长,应先拆分' }
      }
      const said = replaceMemberMarks(body, () => '')
      const msgParam = markdownParam(said, MAX_MSG_PARAM_BYTES)
      const json = { robotCode, openConversationId: groupId, msgKey: 'sampleMarkdown', msgParam }
      const answer = await app.call({ method: 'POST', path: '/v1.0/robot/groupMessages/send', json })
      if ('refused' in answer) return answer.refused
      const sent = sentSchema.safeParse(answer.json).data
      return sent === undefined
        ? unreadable(200)
        : { status: 'sent', receipt: receiptOf({ groupId, audience }, sent.processQueryKey) }
    },
    recall: (receipt) => recallDingtalk(app, robotCode, receipt),
  }
}
