import { z } from 'zod'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { harmlessToRepeat, type Refused } from '../http-client.ts'
import { type CreateLimiter, refusedTooSoon } from '../limiter.ts'
import { neutraliseMentions, plainText } from '../markdown.ts'
import { replaceMemberMarks } from '../member-marks.ts'
import { misconfigured } from '../refusal.ts'
import { buttonInteraction, type TemplateCard } from './card.ts'
import { DUPLICATE_CHECK_SECONDS, MAX_APP_BYTES } from './constants.ts'
import { mayBeTheForm, type WecomAnswer } from './errcode.ts'
import { createConversationLimiter } from './long-connection-limiter.ts'
import { createPictureUpload } from './media.ts'
import { createWecomApp, type WecomAppOptions } from './wecom-app.ts'

export interface WecomAppChannelOptions extends WecomAppOptions {
  channelId: string
  agentId: number
  /** Which groups' members it serves; all without it. */
  serves?: (groupId: string) => boolean
  /** Show buttons: WeCom takes them only of an app that has a callback for the presses (page 90236). */
  cards?: boolean
  limiterOf?: CreateLimiter
  /** A picture was not shown beside its body, which was said. */
  onPictureLost?: (refused: Refused) => void
}

/** So many cards without an answer are remembered, until they are tried again. */
const MOST_REMEMBERED = 1000

const recipientSchema = z.string().catch('')

/**
 * Speaks to one member in private as a self-built app (page 90236, 2026-03). A member gets at most 30 messages a minute
 * and 1,000 an hour of it, as in a conversation of a 智能机器人, and the rest is dropped without a word. A body with
 * buttons is a card where it fits one, else the body alone; a picture follows its body.
 */
export function createWecomAppChannel(options: WecomAppChannelOptions): Channel {
  const { channelId, agentId, serves = () => true, cards = false, limiterOf = createConversationLimiter() } = options
  if (!Number.isSafeInteger(agentId)) {
    throw misconfigured('WECOM_APP_INVALID', '企业微信应用的配置不完整', '请填写 corpId、corpSecret 和数字的 agentId')
  }
  const app = createWecomApp(options)
  const uploaded = createPictureUpload(app, options.now)
  /** Cards of which nobody knows whether they were shown: another form of them might say the same twice. */
  const perhapsShown = new Set<string>()

  /** Speaks to one member; WeCom drops the same content to the same member for four hours. */
  const voiceTo = (memberId: string) => async (form: Record<string, unknown>, late?: typeof refusedTooSoon) => {
    const json = {
      touser: memberId,
      agentid: agentId,
      ...form,
      enable_duplicate_check: 1,
      duplicate_check_interval: DUPLICATE_CHECK_SECONDS,
    }
    const limiter = limiterOf(`wecom-app-${agentId}-${memberId.toLowerCase()}`)
    const read = await limiter.schedule(() => app.post('message/send', json), late)
    return 'refused' in read ? read.refused : resultFor(memberId, read.answer)
  }
  type Say = ReturnType<typeof voiceTo>

  /** Null where the form was refused, and the body may be said alone. */
  async function showCard(say: Say, card: TemplateCard, outboxId: string): Promise<SendResult | null> {
    const result = await say({ msgtype: 'template_card', template_card: card }, refusedTooSoon)
    if (result.status === 'uncertain') {
      perhapsShown.add(outboxId)
      for (const oldest of perhapsShown) if (perhapsShown.size > MOST_REMEMBERED) perhapsShown.delete(oldest)
    }
    if (result.status === 'sent') perhapsShown.delete(outboxId)
    if (!mayBeTheForm(result)) return repeatable(result)
    return result.status === 'failed' && perhapsShown.has(outboxId) ? { ...result, status: 'uncertain' } : null
  }

  async function showPicture(say: Say, png: Uint8Array): Promise<void> {
    const media = await uploaded(Uint8Array.from(png))
    const result =
      'refused' in media ? media.refused : await say({ msgtype: 'image', image: { media_id: media.mediaId } })
    if (result.status !== 'sent') options.onPictureLost?.(result)
  }

  return {
    name: `wecom-app:${channelId}`,
    maxBytes: MAX_APP_BYTES,
    reaches: ({ groupId, audience }) => audience.kind === 'member' && serves(groupId),
    async send({ groupId, audience, outboxId, body, card, picture }) {
      // `|` separates recipients and `@all` is everyone: a private word must not reach anybody else.
      if (audience.kind !== 'member' || !/^[^|@\s][^|\s]{0,63}$/.test(audience.memberId)) {
        return { status: 'failed', code: 'WECOM_RECIPIENT_INVALID', hint: '收件人不是一个企业微信成员账号' }
      }
      const content = neutraliseMentions(replaceMemberMarks(body, () => ''))
      if (Buffer.byteLength(content) > MAX_APP_BYTES) {
        return { status: 'failed', code: 'WECOM_TOO_LONG', hint: `内容超过 ${MAX_APP_BYTES} 字节,应先拆分` }
      }
      const say = voiceTo(audience.memberId)
      const place = { groupId, taskId: outboxId, place: 'app' } as const
      const shown = cards && card !== undefined ? buttonInteraction(card, plainText(content), place) : null
      const result =
        (shown === null ? null : await showCard(say, shown, outboxId)) ??
        repeatable(
          await say({ msgtype: 'markdown', markdown: { content } }, shown === null ? refusedTooSoon : undefined),
        )
      if (result.status === 'sent' && picture !== undefined) await showPicture(say, picture.png)
      return result
    },
    async recall(receipt) {
      const read = await app.post('message/recall', { msgid: receipt })
      return 'refused' in read ? harmlessToRepeat(read.refused) : { status: 'sent', receipt: null }
    },
  }
}

const repeatable = (result: SendResult): SendResult => (result.status === 'sent' ? result : harmlessToRepeat(result))

/** `errcode` 0 still lists those who got nothing; user ids are the same in any case. */
function resultFor(memberId: string, answer: WecomAnswer): SendResult {
  const listed = (field: string) =>
    recipientSchema.parse(answer[field]).toLowerCase().split('|').includes(memberId.toLowerCase())
  if (listed('invaliduser')) {
    const hint = '收件人无效或不在应用的可见范围内,请管理员在企业微信后台核对'
    return { status: 'failed', code: 'WECOM_INVALID_USER', hint }
  }
  if (listed('unlicenseduser')) {
    return { status: 'failed', code: 'WECOM_UNLICENSED_USER', hint: '收件人没有互通许可或许可已过期,请管理员处理' }
  }
  return { status: 'sent', receipt: typeof answer.msgid === 'string' ? answer.msgid : null }
}
