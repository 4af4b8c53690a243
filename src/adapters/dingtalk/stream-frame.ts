import { z } from 'zod'
import { parseJson } from '../../net/parse-json.ts'

/** What the gateway sends, and what it is answered: both are JSON in text frames whose `data` is JSON text again. */
const frameSchema = z.looseObject({
  type: z.string(),
  headers: z.looseObject({
    messageId: z.string().optional().catch(undefined),
    topic: z.string().catch(''),
    eventType: z.string().optional().catch(undefined),
  }),
  data: z.string().catch(''),
})
export type StreamFrame = z.output<typeof frameSchema>

/** The frame that a text holds; null for anything else. */
export const readFrame = (text: string): StreamFrame | null => frameSchema.safeParse(parseJson(text)).data ?? null

/** The answer to a frame. Codes as the official clients use them: 200, 400 malformed, 404 no use for it. */
const ack = (frame: StreamFrame, code: number, message: string, data: string): string => {
  const { messageId } = frame.headers
  return JSON.stringify({ code, message, headers: { contentType: 'application/json', messageId }, data })
}

/**
 * Stored. A robot message is answered with an empty response; what the bot says goes another way. To a pressed button
 * the response tells how the card changes.
 */
export const stored = (frame: StreamFrame, response: Record<string, unknown> = {}): string =>
  ack(frame, 200, 'OK', JSON.stringify({ response }))

/** An event that nobody here waits for: taken note of, so that it is not sent again. */
export const noticed = (frame: StreamFrame): string => ack(frame, 200, 'OK', JSON.stringify({ status: 'SUCCESS' }))

/** `code` names why it is of no use; the text of the message is never quoted. */
export const unusable = (frame: StreamFrame, status: 400 | 404, code: string): string =>
  ack(frame, status, code, JSON.stringify({ response: {} }))

/** A system frame is answered with what it brought, all of its headers included. */
export const echoed = (frame: StreamFrame): string =>
  JSON.stringify({ code: 200, message: 'OK', headers: frame.headers, data: frame.data })
