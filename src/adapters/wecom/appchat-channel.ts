import type { Channel } from '../adapter.ts'
import type { Refused } from '../http-client.ts'
import { type Limiter, refusedTooSoon } from '../limiter.ts'
import { misconfigured } from '../refusal.ts'
import { MAX_APPCHAT_BYTES } from './constants.ts'
import { createAppchatLimiter } from './limiters.ts'
import { createPictureUpload } from './media.ts'
import { callingMembers } from './member-mention.ts'
import { createWecomApp, type WecomAppOptions } from './wecom-app.ts'

export interface WecomAppchatChannelOptions extends WecomAppOptions {
  channelId: string
  /** Group id → `chatid` of a chat that this very app created (page 90245); it can post into no other. */
  chats: Readonly<Record<string, string>>
  limiter?: Limiter
  /** A picture was not shown beside its body, which was said. */
  onPictureLost?: (refused: Refused) => void
}

/**
 * Posts into group chats of a self-built app (应用群聊, page 90248, 2026-02). Clients from 5.0.6 on show a mention as
 * such. The platform drops no repetition: what may have been posted is not posted again. It shows no cards here; a
 * picture follows its body.
 */
export function createWecomAppchatChannel(options: WecomAppchatChannelOptions): Channel {
  const { channelId, limiter = createAppchatLimiter() } = options
  const chats = new Map(Object.entries(options.chats))
  for (const chatId of chats.values()) {
    if (!/^[0-9A-Za-z_-]{1,64}$/.test(chatId)) {
      throw misconfigured('WECOM_CHATID_INVALID', '应用群聊的 chatid 无效', '请填应用创建群聊时得到的 chatid')
    }
  }
  const app = createWecomApp(options)
  const uploaded = createPictureUpload(app, options.now)

  async function showPicture(chatid: string, png: Uint8Array): Promise<void> {
    const media = await uploaded(Uint8Array.from(png))
    const json = (mediaId: string) => ({ chatid, msgtype: 'image', image: { media_id: mediaId } })
    const read =
      'refused' in media ? media : await limiter.schedule(() => app.post('appchat/send', json(media.mediaId)))
    if ('refused' in read) options.onPictureLost?.(read.refused)
  }

  return {
    name: `wecom-appchat:${channelId}`,
    maxBytes: MAX_APPCHAT_BYTES,
    reaches: ({ groupId, audience }) => audience.kind === 'group' && chats.has(groupId),
    async send({ groupId, audience, body, picture }) {
      const chatid = audience.kind === 'group' ? chats.get(groupId) : undefined
      if (chatid === undefined) {
        return { status: 'failed', code: 'WECOM_GROUP_UNKNOWN', hint: '这个群没有配置应用群聊的 chatid' }
      }
      const content = callingMembers(body)
      if (Buffer.byteLength(content) > MAX_APPCHAT_BYTES) {
        return { status: 'failed', code: 'WECOM_TOO_LONG', hint: `内容超过 ${MAX_APPCHAT_BYTES} 字节,应先拆分` }
      }
      const json = { chatid, msgtype: 'markdown', markdown: { content } }
      const read = await limiter.schedule(() => app.post('appchat/send', json), refusedTooSoon)
      if ('refused' in read) return read.refused
      if (picture !== undefined) await showPicture(chatid, picture.png)
      return { status: 'sent', receipt: null }
    },
  }
}
