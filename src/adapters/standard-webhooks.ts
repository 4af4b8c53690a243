import { createHmac } from 'node:crypto'
import type { EpochMs } from '../domain/message.ts'
import type { CallbackRequest } from './adapter.ts'
import { equalInConstantTime } from './constant-time.ts'
import { misconfigured, refusal } from './refusal.ts'

/** How far `webhook-timestamp` may be from now, both ways. */
const WINDOW_MS = 5 * 60_000
/** Signatures looked at in one header: more than any rotation of keys needs. */
const MAX_SIGNATURES = 8

/** The key of a secret: base64 after `whsec_` as the specification writes it, otherwise the bytes of the text. */
export function standardWebhookKey(secret: string): Buffer {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  const key = encoded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64')
  if (key.length < 16) {
    throw misconfigured('WEBHOOK_SECRET_INVALID', '签名密钥太短', '密钥至少 16 字节,可用 openssl rand -base64 32 生成')
  }
  return key
}

/** `v1,<base64>`: HMAC-SHA256 over `id.timestamp.body`; the timestamp in seconds. (standardwebhooks.com, spec 1.0) */
export function signStandardWebhook(key: Buffer, id: string, timestamp: number, body: Buffer | string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

/**
 * Checks the three `webhook-*` headers over the raw body; throws CodedError 401. While keys are being changed, each of
 * several is good.
 */
export function verifyStandardWebhook(keys: Buffer | readonly Buffer[], request: CallbackRequest, now: EpochMs): void {
  const id = request.headers['webhook-id'] ?? ''
  const timestamp = request.headers['webhook-timestamp'] ?? ''
  const signatures = (request.headers['webhook-signature'] ?? '').split(' ')
  // A full stop in the id would let its tail pass as the timestamp.
  if (id === '' || id.includes('.') || !/^[1-9]\d{0,11}$/.test(timestamp)) throw invalid()
  let matches = 0
  for (const key of Buffer.isBuffer(keys) ? [keys] : keys) {
    const expected = signStandardWebhook(key, id, Number(timestamp), request.body)
    for (const signature of signatures.slice(0, MAX_SIGNATURES)) {
      matches += Number(equalInConstantTime(signature, expected))
    }
  }
  if (matches === 0) throw invalid()
  if (Math.abs(now - Number(timestamp) * 1000) > WINDOW_MS) {
    throw refusal(401, 'TIMESTAMP_STALE', '请求的时间与本机相差超过 5 分钟', '请校准两端时钟')
  }
}

const invalid = () =>
  refusal(
    401,
    'SIGNATURE_INVALID',
    '签名缺失或不符',
    '请核对密钥,以及 webhook-id、webhook-timestamp、webhook-signature 三个请求头',
  )
