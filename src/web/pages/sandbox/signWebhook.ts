/** The headers of Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks, spec). */
export interface SignedHeaders {
  'webhook-id': string
  'webhook-timestamp': string
  'webhook-signature': string
}

/**
 * Signs a body as Standard Webhooks does: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
 * `secret` is `whsec_` and base64, or else any text, used as its UTF-8 bytes; `timestamp` is in seconds.
 */
export async function signWebhook(input: {
  secret: string
  id: string
  timestamp: number
  body: string
  subtle: Pick<typeof crypto.subtle, 'importKey' | 'sign'>
}): Promise<SignedHeaders> {
  const { secret, id, timestamp, body, subtle } = input
  const bytes = new TextEncoder()
  const keyBytes = secret.startsWith('whsec_')
    ? Uint8Array.from(atob(secret.slice(6)), (char) => char.charCodeAt(0))
    : bytes.encode(secret)
  const key = await subtle.importKey('raw', keyBytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const signature = await subtle.sign('HMAC', key, bytes.encode(`${id}.${timestamp}.${body}`))
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`,
  }
}
