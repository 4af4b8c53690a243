import { z } from 'zod'
import { refusal } from '../refusal.ts'

const v2Schema = z.looseObject({
  schema: z.literal('2.0'),
  header: z.looseObject({
    event_type: z.string(),
    event_id: z.string().catch(''),
    create_time: z.union([z.string(), z.number().transform(String)]).catch(''),
    token: z.string().catch(''),
    app_id: z.string().catch(''),
  }),
  event: z.unknown(),
})
const v1Schema = z.looseObject({ type: z.string(), token: z.string().catch('') })

/** An event's envelope, of either version (uUTNz4SN1MjL1UzM.md). */
export interface Envelope {
  /** The Verification Token that the platform puts in. */
  token: string
  /** Empty in version 1. */
  appId: string
  /** `event_id`, and `create_time` in milliseconds or microseconds; empty in version 1. */
  id: string
  createdAt: string
  /** `url_verification`, an `event_type` of version 2, or null for an event of version 1. */
  type: string | null
  event: unknown
}

/** Throws CodedError 400 for what is no envelope. */
export function envelopeOf(body: Record<string, unknown>): Envelope {
  const v2 = v2Schema.safeParse(body)
  if (v2.success) {
    const { header, event } = v2.data
    const { token, app_id: appId, event_id: id, create_time: createdAt, event_type: type } = header
    return { token, appId, id, createdAt, type, event }
  }
  const v1 = v1Schema.safeParse(body)
  if (!v1.success)
    throw refusal(400, 'EVENT_MALFORMED', '事件结构不完整', '飞书事件应含 schema 2.0 与 header,或含 type')
  const { type, token } = v1.data
  const known = type === 'url_verification' ? type : null
  return { token, appId: '', id: '', createdAt: '', type: known, event: undefined }
}
