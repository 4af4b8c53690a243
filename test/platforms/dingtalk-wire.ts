import { createHmac } from 'node:crypto'

/** DingTalk's robot callback (server API 0718), written from its documentation. */
export interface DingtalkDelivery {
  method: 'POST'
  query: string
  headers: Record<string, string>
  body: Buffer
}

export function dingtalkDelivery(appSecret: string, body: unknown, at: number): DingtalkDelivery {
  const timestamp = String(at)
  const sign = createHmac('sha256', appSecret).update(timestamp).update('\n').update(appSecret).digest('base64')
  return {
    method: 'POST',
    query: '',
    headers: { 'content-type': 'application/json; charset=utf-8', timestamp, sign },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }
}

/** The HTTP callback of an interactive card (CARD/0007): signed with the time alone. */
export function dingtalkCardDelivery(apiSecret: string, body: unknown, at: number): DingtalkDelivery {
  const timestamp = String(at)
  return {
    method: 'POST',
    query: '',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-ddpaas-signature-timestamp': timestamp,
      'x-ddpaas-signature': createHmac('sha256', apiSecret).update(timestamp).digest('base64'),
    },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }
}

/** What a pressed button sends; `params` as the template binds them. */
export const dingtalkPressed = (params: Record<string, unknown>, changes: Record<string, unknown> = {}) => ({
  type: 'actionCallback',
  outTrackId: 'o1',
  corpId: 'ding9f506741',
  userId: 'zhang',
  content: JSON.stringify({ cardPrivateData: { actionIds: ['1'], params } }),
  ...changes,
})

/** The sample of the documentation, with what a test wants to differ. */
export const dingtalkBody = (changes: Record<string, unknown> = {}) => ({
  conversationId: 'cidjMOszAhS4Jg==',
  conversationType: '2',
  conversationTitle: '测试群',
  msgId: 'msg2xxxx+w==',
  msgtype: 'text',
  text: { content: ' 你好' },
  createAt: 1695199269062,
  senderId: '$:LWCP_v1:$Cxxxx',
  senderNick: '小钉',
  senderStaffId: '452523285939877041',
  senderCorpId: 'ding9f506741',
  isAdmin: true,
  isInAtList: true,
  atUsers: [
    { dingtalkId: '$:LWCP_v1:$vxxxx' },
    { dingtalkId: '$:LWCP_v1:$axxxx', staffId: 'manager7675', unionId: 'edxxx34' },
  ],
  chatbotCorpId: 'ding9f506741',
  chatbotUserId: '$:LWCP_v1:$vxxxx',
  robotCode: 'ding1fdabddc',
  sessionWebhook: 'https://oapi.dingtalk.com/robot/sendBySession?session=c610',
  sessionWebhookExpiredTime: 1695204671648,
  ...changes,
})
