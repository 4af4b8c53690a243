import type { Clock, EpochMs } from '../../domain/message.ts'
import { equalInConstantTime } from '../constant-time.ts'
import { misconfigured, refusal } from '../refusal.ts'
import { CALLBACK_WINDOW_MS, RANDOM_BYTES } from './constants.ts'
import { decodeAesKey, decrypt, encrypt, signatureOf } from './crypto.ts'

export interface EnvelopeOptions {
  token: string
  encodingAesKey: string
  /** Whom callbacks are for: the CorpID for an app, empty for the 智能机器人 of one's own corp (page 101033). */
  receiveId: string
  /** What the operator is told where a callback is for somebody else. */
  wrongReceiver: string
  now: Clock
  /** Cryptographically random bytes. */
  random: (bytes: number) => Buffer
}

export interface Opened {
  message: string
  /** When the platform signed it. */
  receivedAt: EpochMs
  nonce: string
}

export interface Sealed {
  encrypt: string
  signature: string
  /** Seconds. */
  timestamp: number
  nonce: string
}

/** The signed and encrypted envelope that every WeCom callback comes in, and its answer goes back in. */
export interface Envelope {
  /** Throws CodedError 400, 401 or 403. */
  open(query: ReadonlyMap<string, string>, encrypted: string): Opened
  /** The random word of the check of an address (page 90238). */
  echo(query: ReadonlyMap<string, string>): string
  seal(message: string, nonce: string): Sealed
}

/** Throws CodedError where token or key cannot be right. */
export function createEnvelope(options: EnvelopeOptions): Envelope {
  const { token, receiveId, wrongReceiver, now, random } = options
  const key = decodeAesKey(options.encodingAesKey)
  if (!/^[A-Za-z0-9]{3,32}$/.test(token)) {
    throw misconfigured('WECOM_TOKEN_INVALID', 'Token 无效', 'Token 是 3 到 32 位字母和数字,请从企业微信后台复制')
  }

  /** Signature, then age, then contents, then addressee: nothing is decrypted that is not signed. */
  function open(query: ReadonlyMap<string, string>, encrypted: string): Opened {
    const timestamp = query.get('timestamp') ?? ''
    const nonce = query.get('nonce') ?? ''
    const expected = signatureOf(token, timestamp, nonce, encrypted)
    // Ten digits exactly: sorted strings are joined without a mark between them, so their shape must be fixed.
    if (!equalInConstantTime(query.get('msg_signature') ?? '', expected) || !/^\d{10}$/.test(timestamp) || !nonce) {
      throw refusal(401, 'SIGNATURE_INVALID', '签名缺失或不符', '请核对 Token 是否与企业微信后台一致')
    }
    const receivedAt = Number(timestamp) * 1000
    if (Math.abs(now() - receivedAt) > CALLBACK_WINDOW_MS) {
      throw refusal(401, 'TIMESTAMP_STALE', '请求的时间与本机相差超过 10 分钟', '请校准服务器时钟')
    }
    const plain = decrypt(key, encrypted)
    if (plain.receiveId !== receiveId) throw refusal(403, 'RECEIVER_WRONG', '这条回调不是发给本机器人的', wrongReceiver)
    return { message: plain.message, receivedAt, nonce }
  }

  return {
    open,
    echo: (query) => echoOf(open(query, query.get('echostr') ?? '').message),
    seal(message, nonce) {
      const encrypted = encrypt(key, message, receiveId, random(RANDOM_BYTES))
      const timestamp = Math.floor(now() / 1000)
      return {
        encrypt: encrypted,
        signature: signatureOf(token, String(timestamp), nonce, encrypted),
        timestamp,
        nonce,
      }
    },
  }
}

/**
 * A delivery is signed in the same form as a check of the address, so whoever captured one could have it decrypted
 * here: nothing that could be a message is given back.
 */
function echoOf(message: string): string {
  if (/^[\w-]{1,64}$/.test(message)) return message
  throw refusal(
    400,
    'ECHO_INVALID',
    'echostr 不是验证用的随机串',
    '验证回调地址只能由企业微信后台发起,请在后台重新保存',
  )
}
