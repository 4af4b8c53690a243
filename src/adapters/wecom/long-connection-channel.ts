import type { Channel } from '../adapter.ts'
import { neutraliseMentions, plainText } from '../markdown.ts'
import { replaceMemberMarks } from '../member-marks.ts'
import { buttonInteraction } from './card.ts'
import { MAX_PUSH_BYTES } from './constants.ts'
import type { Voice } from './long-connection-voice.ts'
import { privateGroupOf } from './private-group.ts'

export interface LongConnectionChannelOptions {
  channelId: string
  voice: Voice
  /** True where somebody has talked to the bot in that conversation: only there may it speak (page 101463, 2026). */
  knows(groupId: string): boolean
}

/**
 * Speaks unasked as the 智能机器人, over its long connection: `aibot_send_msg`. To a member a body with buttons is a card
 * where it fits one; in groups the platform takes none (page 101463, 2026).
 */
export function createLongConnectionChannel({ channelId, voice, knows }: LongConnectionChannelOptions): Channel {
  return {
    name: `wecom-bot:${channelId}`,
    maxBytes: MAX_PUSH_BYTES,
    // The words to a private conversation are said to its member: user ids keep their case there.
    reaches: ({ groupId, audience }) =>
      audience.kind === 'group'
        ? !groupId.startsWith('single:') && knows(groupId)
        : knows(privateGroupOf(audience.memberId)),
    async send({ groupId, audience, outboxId, body, card }) {
      if (Buffer.byteLength(body) > MAX_PUSH_BYTES) {
        return { status: 'failed', code: 'WECOM_TOO_LONG', hint: `内容超过 ${MAX_PUSH_BYTES} 字节,应先拆分` }
      }
      if (audience.kind === 'group') return voice.push({ chat: 'group', chatId: groupId }, body)
      const shown = card && buttonInteraction(card, textOf(body), { groupId, taskId: outboxId, place: 'bot' })
      return voice.push({ chat: 'single', chatId: audience.memberId }, body, shown)
    },
  }
}

const textOf = (markdown: string): string => plainText(neutraliseMentions(replaceMemberMarks(markdown, () => '')))
