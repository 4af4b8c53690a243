import { signStandardWebhook, standardWebhookKey } from '../../../src/adapters/standard-webhooks.ts'
import type { House } from '../house.ts'
import { BRIDGE_SECRET, SANDBOX_SECRET } from '../platforms.ts'
import type { Said, Way } from '../way.ts'

interface Kind {
  path: string
  tenantId: string
  secret: string
  /** What stands in front of the words of one who calls the bot. */
  call: string
  answers(response: string): string[]
}

/** A way in by signed JSON, as Standard Webhooks has it. */
function signedJsonWay({ timing }: House, { path, tenantId, secret, call, answers }: Kind): Way {
  const groupOf = ({ group }: Said) => `${path}-${group}`
  const body = (said: Said) =>
    JSON.stringify({
      messageId: said.id,
      groupId: groupOf(said),
      sentAt: said.at,
      sender: { memberId: said.person, name: '李主任', role: 'member' },
      text: said.asks ? `${call}${said.text}` : said.text,
      ...(said.asks ? { addressesBot: true } : {}),
    })
  const signed = (said: Said, key = secret, at = timing.now(), id = `msg_${said.id}`) => {
    const bytes = Buffer.from(body(said))
    const seconds = Math.floor(at / 1000)
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signStandardWebhook(standardWebhookKey(key), id, seconds, bytes),
    }
    return { path, request: { method: 'POST' as const, query: '', headers, body: bytes } }
  }
  const changed = (said: Said, headers: Record<string, string>) => {
    const { request } = signed(said)
    return { path, request: { ...request, headers: { ...request.headers, ...headers } } }
  }
  return {
    tenantId,
    place: (said) => ({ groupId: groupOf(said), messageId: said.id, memberId: said.person }),
    genuine: (said) => signed(said),
    tampered(said) {
      const { request } = signed({ ...said, text: '原来的话' })
      return { path, request: { ...request, body: Buffer.from(body(said)) } }
    },
    contents: 'sealed',
    forgeries: {
      'signed with another secret': (said) => signed(said, 'another-secret-of-the-tests'),
      'not signed at all': (said) => changed(said, { 'webhook-signature': '' }),
      'signed under another id': (said) => changed(said, { 'webhook-id': 'msg_other' }),
    },
    stale: { windowMs: 300_000, signedAt: (said, at) => signed(said, secret, at) },
    time: 'said',
    tooLong: 'refused',
    hugeCode: /^BODY_TOO_LARGE$/,
    answers: { read: (response) => answers(response).join('\n\n') },
  }
}

/** The bridge for other frameworks. */
export const bridgeWay = (house: House): Way =>
  signedJsonWay(house, {
    path: 'bridge/main',
    tenantId: 'default',
    secret: BRIDGE_SECRET,
    call: '',
    answers: (response) => (JSON.parse(response) as { messages: { answers: string[] }[] }).messages[0]?.answers ?? [],
  })

/** The sandbox. */
export const sandboxWay = (house: House): Way =>
  signedJsonWay(house, {
    path: 'sandbox/demo',
    tenantId: 'sandbox',
    secret: SANDBOX_SECRET,
    call: '@清群 ',
    answers: (response) => (JSON.parse(response) as { answers: string[] }).answers,
  })
