import { createHash } from 'node:crypto'
import type { EpochMs } from '../../domain/message.ts'
import type { Refused } from '../http-client.ts'
import { MAX_MEDIA_IMAGE_BYTES, MEDIA_ID_MS } from './constants.ts'
import type { WecomApp } from './wecom-app.ts'

/** Gives the `media_id` of a picture, uploading it where that has not been done lately. */
export type PictureUpload = (png: Uint8Array<ArrayBuffer>) => Promise<{ mediaId: string } | { refused: Refused }>

/** So many ids are remembered: those of one digest for all its groups, not those of a year. */
const MOST_REMEMBERED = 100

/** Temporary media of an app (page 90253): the id is good for three days and for every message of the corp. */
export function createPictureUpload(app: WecomApp, now: () => EpochMs): PictureUpload {
  const known = new Map<string, { mediaId: string; until: EpochMs }>()

  return async (png) => {
    if (png.byteLength > MAX_MEDIA_IMAGE_BYTES) return { refused: TOO_LARGE }
    const hash = createHash('sha256').update(png).digest('hex')
    const before = known.get(hash)
    if (before !== undefined && now() < before.until) return { mediaId: before.mediaId }
    const form = new FormData()
    form.set('media', new Blob([png], { type: 'image/png' }), 'picture.png')
    const read = await app.upload('media/upload', { type: 'image' }, form)
    if ('refused' in read) return read
    const mediaId = read.answer.media_id
    if (typeof mediaId !== 'string' || mediaId === '') return { refused: NO_ID }
    known.delete(hash)
    known.set(hash, { mediaId, until: now() + MEDIA_ID_MS })
    for (const oldest of known.keys()) if (known.size > MOST_REMEMBERED) known.delete(oldest)
    return { mediaId }
  }
}

const TOO_LARGE: Refused = {
  status: 'failed',
  code: 'WECOM_PICTURE_TOO_LARGE',
  hint: '图片超过企业微信的限制,没有发送;文字已说明图里的内容',
}
const NO_ID: Refused = { status: 'failed', code: 'WECOM_ANSWER_UNREADABLE', hint: '企业微信没有给出图片的 media_id' }
