import { z } from 'zod'
import type { Picture } from '../../domain/card.ts'
import type { Outbound, SendResult } from '../../domain/outbound.ts'
import type { DingtalkApp } from './dingtalk-app.ts'

/** API/0646 */
const MAX_IMAGE_BYTES = 20_000_000

const sentSchema = z.looseObject({ processQueryKey: z.string().min(1) })
const uploadedSchema = z.looseObject({ media_id: z.string().min(1) })

/**
 * Shows a picture as a message of its own (API/0646, API/0699 sampleImageMsg), since markdown takes only public
 * addresses. The body that went before says in words what it shows, so what fails here costs nothing else.
 * The receipt is the `processQueryKey`.
 */
export async function showPicture(
  app: DingtalkApp,
  robotCode: string,
  { groupId, audience }: Pick<Outbound, 'groupId' | 'audience'>,
  { png }: Picture,
): Promise<SendResult> {
  if (png.byteLength === 0 || png.byteLength > MAX_IMAGE_BYTES)
    return { status: 'failed', code: 'DINGTALK_PICTURE_INVALID', hint: '图片为空或超过 20 MB' }
  const form = new FormData()
  form.set('media', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'picture.png')
  const uploaded = await app.oapi({ path: '/media/upload', query: { type: 'image' }, form })
  if ('refused' in uploaded) return uploaded.refused
  const mediaId = uploadedSchema.safeParse(uploaded.json).data?.media_id
  if (mediaId === undefined)
    return { status: 'failed', code: 'DINGTALK_ANSWER_UNREADABLE', hint: '钉钉没有给出图片的 media_id' }
  const message = { robotCode, msgKey: 'sampleImageMsg', msgParam: JSON.stringify({ photoURL: mediaId }) }
  const shown =
    audience.kind === 'group'
      ? { path: '/v1.0/robot/groupMessages/send', json: { ...message, openConversationId: groupId } }
      : { path: '/v1.0/robot/oToMessages/batchSend', json: { ...message, userIds: [audience.memberId] } }
  const answer = await app.call({ method: 'POST', ...shown })
  if ('refused' in answer) return answer.refused
  return { status: 'sent', receipt: sentSchema.safeParse(answer.json).data?.processQueryKey ?? null }
}
