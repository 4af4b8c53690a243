import { z } from 'zod'
import { CodedError } from '../../domain/errors.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Ears, Timing } from '../adapter.ts'
import { createBackOff } from '../back-off.ts'
import type { Refused } from '../http-client.ts'
import { platformId } from '../text.ts'
import type { Answer } from './answers.ts'
import type { FeishuApi } from './api.ts'
import { type HistoryItem, readHistoryItem } from './history-item.ts'
import type { Reading } from './message.ts'
import { pagesOf } from './pages.ts'

export interface BackfillOptions {
  api: FeishuApi
  reading: Reading
  timing: Timing
  answer: Answer
}

/** Delivers what the bot's groups said since a moment. Resolves with false where a part of it cannot be had. */
export type Backfill = (since: EpochMs, ears: Pick<Ears, 'deliver'>, signal: AbortSignal) => Promise<boolean>

const chatSchema = z.looseObject({ chat_id: platformId })
/** Items in one transaction. */
const CHUNK = 200
const LONGEST_WAIT_MS = 60_000

/**
 * Reads the history of all groups of the bot (im-v1/message/list.md), needs im:message.group_msg. There is no end time:
 * what is heard meanwhile comes twice, which does no harm, and no clock of ours decides what is missed. Private
 * conversations are not among a bot's groups (group/chat/list.md) and are not read.
 */
export function createBackfill({ api, reading, timing, answer }: BackfillOptions): Backfill {
  return async (since, ears, signal) => {
    let whole = true
    const backOff = createBackOff({ firstMs: 2_000, longestMs: LONGEST_WAIT_MS, random: timing.random })

    /** All items of a list, read again from the start after what passes; null where it stays refused. */
    async function readAll(path: string, query: Record<string, string>): Promise<unknown[] | null> {
      while (!signal.aborted) {
        const items: unknown[] = []
        let refused: Refused | null = null
        for await (const page of pagesOf(api, path, query)) {
          if ('refused' in page) refused = page.refused
          else items.push(...page.items)
        }
        if (refused === null) return items
        if (refused.status === 'failed') {
          // A group that the bot has left has nothing more to say to it.
          if (refused.code !== 'FEISHU_230002') whole = false
          return null
        }
        const asked = refused.status === 'retry' ? (refused.afterMs ?? 0) : 0
        await timing.sleep(Math.max(asked, backOff.next()), signal)
      }
      return null
    }

    async function deliver(items: readonly HistoryItem[]): Promise<void> {
      for (let index = 0; index < items.length; index += CHUNK) await deliverChunk(items.slice(index, index + CHUNK))
    }

    async function deliverChunk(items: readonly HistoryItem[]): Promise<void> {
      const messages = items.flatMap((item) => item.messages)
      const amendments = items.flatMap((item) => item.amendments)
      if (messages.length + amendments.length === 0) return
      const receipts = await ears.deliver({ messages, amendments })
      for (const [index, message] of messages.entries()) answer(message, receipts[index])
    }

    function readable(raw: unknown): HistoryItem[] {
      try {
        return [readHistoryItem(raw, reading) ?? []].flat()
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        whole = false
        return []
      }
    }

    async function fill(chatId: string): Promise<void> {
      const page = { sort_type: 'ByCreateTimeAsc', page_size: '50' }
      const start_time = String(Math.floor(since / 1000))
      const list = await readAll('/im/v1/messages', {
        container_id_type: 'chat',
        container_id: chatId,
        start_time,
        ...page,
      })
      const items = (list ?? []).flatMap(readable)
      await deliver(items)
      // Of a thread the group's list has only the first message; a thread's list knows no times.
      for (const threadId of new Set(items.flatMap((item) => item.threadId ?? []))) {
        const thread = await readAll('/im/v1/messages', {
          container_id_type: 'thread',
          container_id: threadId,
          ...page,
        })
        await deliver((thread ?? []).flatMap(readable).filter((item) => item.createdAt >= since))
      }
    }

    const chats = await readAll('/im/v1/chats', { page_size: '100' })
    for (const chat of chats ?? []) {
      const chatId = chatSchema.safeParse(chat).data?.chat_id
      if (chatId !== undefined && !signal.aborted) await fill(chatId)
    }
    return whole && !signal.aborted
  }
}
