import { z } from 'zod'
import type { Clock, EpochMs } from '../../domain/message.ts'
import { platformId, shortened } from '../text.ts'
import type { FeishuApi } from './api.ts'
import type { ChatFacts } from './message.ts'
import { pagesOf } from './pages.ts'

/** group/chat/get-chat.md; the owner is absent where a bot owns the group. */
const chatSchema = z.looseObject({
  name: z.string().catch(''),
  owner_id: z.string().optional().catch(undefined),
  user_manager_id_list: z.array(z.string()).catch([]),
})
/** group/chat-member/get.md */
const memberSchema = z.looseObject({ member_id: platformId, name: z.string() })

/** Names change and members come: what is known is asked for anew after this. */
const FRESH_MS = 6 * 3_600_000
/** After a refusal (a scope is missing, the network is down). */
const AGAIN_MS = 10 * 60_000
const MAX_CHATS = 2_000

/**
 * Names of groups and members, which messages do not carry. It never waits: the first messages of a group come without
 * names while they are fetched. Needs the scopes im:chat:readonly and im:chat.members:read; without them names stay away.
 */
export function createDirectory({
  api,
  now,
}: {
  api: FeishuApi
  now: Clock
}): (chatId: string) => ChatFacts | undefined {
  const chats = new Map<string, { facts: ChatFacts | undefined; until: EpochMs }>()

  async function fetchFacts(chatId: string): Promise<ChatFacts | undefined> {
    const path = `/im/v1/chats/${encodeURIComponent(chatId)}`
    const answer = await api({ method: 'GET', path, query: { user_id_type: 'open_id' } })
    const chat = 'refused' in answer ? undefined : chatSchema.safeParse(answer.data).data
    if (chat === undefined) return undefined
    const members = new Map<string, string>()
    for await (const page of pagesOf(api, `${path}/members`, { member_id_type: 'open_id', page_size: '100' })) {
      if ('refused' in page) break
      for (const item of page.items) {
        const member = memberSchema.safeParse(item).data
        if (member?.name) members.set(member.member_id, shortened(member.name, 256))
      }
    }
    const leaders = new Set([...(chat.owner_id === undefined ? [] : [chat.owner_id]), ...chat.user_manager_id_list])
    return { name: chat.name === '' ? undefined : shortened(chat.name, 256), members, leaders }
  }

  return (chatId) => {
    const known = chats.get(chatId)
    if (known === undefined || now() >= known.until) {
      const until = now() + AGAIN_MS
      chats.set(chatId, { facts: known?.facts, until })
      for (const oldest of chats.keys()) {
        if (chats.size <= MAX_CHATS) break
        chats.delete(oldest)
      }
      fetchFacts(chatId)
        .then((facts) => {
          if (facts !== undefined) chats.set(chatId, { facts, until: now() + FRESH_MS })
        })
        .catch(() => {
          chats.set(chatId, { facts: known?.facts, until })
        })
    }
    return known?.facts
  }
}
