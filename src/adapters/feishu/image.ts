import { z } from 'zod'
import type { Picture } from '../../domain/card.ts'
import type { FeishuApi } from './api.ts'
import type { FeishuImage } from './format.ts'

/** im-v1/image/create.md */
const MAX_IMAGE_BYTES = 10_000_000

const uploadedSchema = z.looseObject({ image_key: z.string().min(1) })

/** Uploads a picture (im-v1/image/create.md). Null where it cannot be had: the body says in words what it shows. */
export async function uploadImage(api: FeishuApi, { png, description }: Picture): Promise<FeishuImage | null> {
  if (png.byteLength === 0 || png.byteLength > MAX_IMAGE_BYTES) return null
  const form = new FormData()
  form.set('image_type', 'message')
  form.set('image', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'picture.png')
  const answer = await api({ method: 'POST', path: '/im/v1/images', form })
  if ('refused' in answer) return null
  const key = uploadedSchema.safeParse(answer.data).data?.image_key
  return key === undefined ? null : { key, description }
}
