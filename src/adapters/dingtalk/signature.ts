import { createHmac } from 'node:crypto'

/** API/0718: base64 of HMAC-SHA256, key appSecret, over timestamp, line feed and appSecret. It covers no body. */
export const dingtalkSign = (appSecret: string, timestamp: string): string =>
  createHmac('sha256', appSecret).update(`${timestamp}\n${appSecret}`).digest('base64')
