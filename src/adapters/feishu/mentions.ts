import type { Mention } from '../../domain/message.ts'
import { shortened } from '../text.ts'

/** One of a message's mentions, of an event or of the history. */
export interface FeishuMention {
  /** The placeholder in the text, `@_user_1`. */
  key: string
  openId?: string | undefined
  name?: string | undefined
  isBot: boolean
}

export interface Addressed {
  /** The placeholders as names, without the bot's own mention. */
  text: string
  mentions: Mention[]
  addressesBot: boolean
}

const EVERYONE = '@_all'
const PLACEHOLDER = /@_user_\d{1,4}|@_all(?![a-z0-9_])/g

/**
 * Puts names in place of the placeholders. The bot is known by its own open_id; as long as that is not known, a mention
 * of any bot is taken for it. `@_all` is often in the text alone and not in the list (SDK, detectMentionAllInContent).
 */
export function resolveMentions(
  text: string,
  listed: readonly FeishuMention[],
  botOpenId: string | undefined,
): Addressed {
  const byKey = new Map(listed.map((mention) => [mention.key, mention]))
  const isBot = ({ openId, isBot: marked }: FeishuMention) =>
    botOpenId === undefined ? marked : openId !== undefined && openId === botOpenId
  const found = new Map<string, Mention>()
  const note = (mention: FeishuMention) => {
    if (isBot(mention)) return
    const name = mention.name ? shortened(mention.name, 256) : undefined
    const key = mention.openId ?? mention.key
    if (mention.key === EVERYONE) found.set(EVERYONE, { everyone: true })
    else if (mention.openId !== undefined || name !== undefined)
      found.set(key, {
        ...(mention.openId === undefined ? {} : { memberId: mention.openId }),
        ...(name === undefined ? {} : { name }),
      })
  }
  const shown = text.replace(PLACEHOLDER, (key) => {
    const mention = byKey.get(key)
    if (key === EVERYONE) {
      found.set(EVERYONE, { everyone: true })
      return '@所有人'
    }
    if (mention === undefined) return key
    note(mention)
    return isBot(mention) ? '' : `@${mention.name || mention.openId || key}`
  })
  for (const mention of listed) note(mention)
  return { text: shown.trim(), mentions: [...found.values()], addressesBot: listed.some(isBot) }
}
