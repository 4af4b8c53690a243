import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

/**
 * WeCom's callback envelope, written from its documentation (pages 101033 and 90238) and independent of the server's
 * own code: AES-256-CBC, key = base64 of the EncodingAESKey, IV = its first 16 bytes, PKCS#7 to blocks of 32.
 */
export interface WecomSecrets {
  token: string
  encodingAesKey: string
  receiveId?: string
}

/** Secrets of the documented test vectors. */
export const VECTOR_SECRETS = {
  token: 'QDG6eK4nTestToken',
  encodingAesKey: 'AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tk',
} as const

const keyOf = (secrets: WecomSecrets) => Buffer.from(`${secrets.encodingAesKey}=`, 'base64')

export function wecomSignature(token: string, timestamp: string, nonce: string, encrypted: string): string {
  const parts = [token, timestamp, nonce, encrypted]
  parts.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return createHash('sha1').update(parts.join('')).digest('hex')
}

/** Encrypts as the platform does. `pad` replaces the padding, to build broken ones. */
export function wecomSeal(secrets: WecomSecrets, message: string, random = '0123456789abcdef', pad?: Buffer): string {
  const id = Buffer.from(secrets.receiveId ?? '')
  const text = Buffer.from(message)
  const head = Buffer.from([
    text.length >>> 24,
    (text.length >>> 16) & 255,
    (text.length >>> 8) & 255,
    text.length & 255,
  ])
  const plain = Buffer.concat([Buffer.from(random), head, text, id])
  const count = 32 - (plain.length % 32)
  return wecomCipher(secrets, Buffer.concat([plain, pad ?? Buffer.alloc(count, count)]))
}

/** Encrypts bytes as they are; their number is a multiple of 16. */
export function wecomCipher(secrets: WecomSecrets, plain: Buffer): string {
  const key = keyOf(secrets)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16))
  cipher.setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')
}

/** Decrypts what the server answers. */
export function wecomUnseal(secrets: WecomSecrets, encrypted: string): { message: string; receiveId: string } {
  const key = keyOf(secrets)
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16))
  decipher.setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(encrypted, 'base64'), decipher.final()])
  const plain = padded.subarray(0, padded.length - (padded[padded.length - 1] ?? 0))
  const length = plain.readUInt32BE(16)
  return { message: plain.toString('utf8', 20, 20 + length), receiveId: plain.toString('utf8', 20 + length) }
}

export interface WecomDelivery {
  method: 'GET' | 'POST'
  query: string
  headers: Record<string, string>
  body: Buffer
}

/** A delivery of a message as the platform posts it; `at` in epoch milliseconds. */
export function wecomDelivery(
  secrets: WecomSecrets,
  message: unknown,
  at: number,
  nonce = '1372623149',
): WecomDelivery {
  const encrypt = wecomSeal(secrets, typeof message === 'string' ? message : JSON.stringify(message))
  return wecomPost(secrets, encrypt, String(Math.floor(at / 1000)), nonce)
}

/** Signs and posts a given `encrypt`. */
export function wecomPost(secrets: WecomSecrets, encrypt: string, timestamp: string, nonce: string): WecomDelivery {
  const signature = wecomSignature(secrets.token, timestamp, nonce, encrypt)
  return {
    method: 'POST',
    query: `msg_signature=${signature}&timestamp=${timestamp}&nonce=${encodeURIComponent(nonce)}`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ encrypt })),
  }
}

/** The GET by which the platform verifies a URL. */
export function wecomVerification(
  secrets: WecomSecrets,
  echo: string,
  at: number,
  nonce = '1372623149',
): WecomDelivery {
  const echostr = wecomSeal(secrets, echo)
  const timestamp = String(Math.floor(at / 1000))
  const signature = wecomSignature(secrets.token, timestamp, nonce, echostr)
  const query = `msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&echostr=${encodeURIComponent(echostr)}`
  return { method: 'GET', query, headers: {}, body: Buffer.alloc(0) }
}

/** A group message of a 智能机器人 (page 100719). */
export const wecomGroupText = (msgid: string, content: string, userid = 'zhangsan', chatid = 'wrG1') => ({
  msgid,
  aibotid: 'AIB1',
  chatid,
  chattype: 'group',
  from: { userid },
  response_url: 'https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=RC1',
  msgtype: 'text',
  text: { content },
})

/** A callback of a self-built app as the platform posts it (page 90238): XML around the ciphertext. */
export function wecomAppDelivery(
  secrets: WecomSecrets,
  message: string,
  at: number,
  nonce = '1372623149',
): WecomDelivery {
  return wecomAppPost(secrets, wecomSeal(secrets, message), String(Math.floor(at / 1000)), nonce)
}

/** Signs and posts a given ciphertext to an app. */
export function wecomAppPost(secrets: WecomSecrets, encrypt: string, timestamp: string, nonce: string): WecomDelivery {
  const body = `<xml><ToUserName><![CDATA[${secrets.receiveId ?? ''}]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`
  return {
    ...wecomPost(secrets, encrypt, timestamp, nonce),
    headers: { 'content-type': 'text/xml' },
    body: Buffer.from(body),
  }
}

/** A button that a member presses on a card of an app (page 90240). */
export const wecomAppPress = (press: {
  key: string
  taskId: string
  code?: string
  userid?: string
  seconds?: number
}): string => {
  const { key, taskId, code = 'RC1', userid = 'zhangsan', seconds = 1_700_000_000 } = press
  return `<xml><ToUserName><![CDATA[ww1234567890abcdef]]></ToUserName><FromUserName><![CDATA[${userid}]]></FromUserName><CreateTime>${seconds}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[${key}]]></EventKey><TaskId><![CDATA[${taskId}]]></TaskId><CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[${code}]]></ResponseCode><AgentID>1000002</AgentID></xml>`
}

/** A text that a member writes to an app in private (page 90239). */
export const wecomAppText = (msgid: string, content: string, userid = 'zhangsan', seconds = 1_700_000_000): string =>
  `<xml><ToUserName><![CDATA[ww1234567890abcdef]]></ToUserName><FromUserName><![CDATA[${userid}]]></FromUserName><CreateTime>${seconds}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content><MsgId>${msgid}</MsgId><AgentID>1000002</AgentID></xml>`
