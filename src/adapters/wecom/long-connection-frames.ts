import { z } from 'zod'
import { parseJson } from '../../net/parse-json.ts'
import { answerSchema, type WecomAnswer } from './errcode.ts'

/** The commands of the long connection that are used here (page 101463, 2026; `@wecom/aibot-node-sdk` 1.0.7). */
export const COMMANDS = {
  subscribe: 'aibot_subscribe',
  ping: 'ping',
  message: 'aibot_msg_callback',
  event: 'aibot_event_callback',
  respond: 'aibot_respond_msg',
  update: 'aibot_respond_update_msg',
  send: 'aibot_send_msg',
} as const

export type Body = Record<string, unknown>

/** What the platform sends: a message or event, or the acknowledgement of what was sent to it. */
export type Frame =
  | { kind: 'callback'; requestId: string; body: Body }
  | { kind: 'acknowledgement'; requestId: string; answer: WecomAnswer }

const headersSchema = z.looseObject({ headers: z.looseObject({ req_id: z.string().min(1).max(512) }) })
const callbackSchema = z.looseObject({
  cmd: z.enum([COMMANDS.message, COMMANDS.event]),
  body: z.record(z.string(), z.unknown()),
})

/** Control characters that JSON forbids inside strings; the official client drops them before it parses. */
const STRAY = /[\u0000-\u0008\u000b-\u001f]/g

/** Reads one text frame; null for what is no frame of this protocol, or of a command that is not known here. */
export function readFrame(text: string): Frame | null {
  const raw = parseJson(text.replace(STRAY, ''))
  const headers = headersSchema.safeParse(raw)
  if (!headers.success) return null
  const requestId = headers.data.headers.req_id
  const callback = callbackSchema.safeParse(raw)
  if (callback.success) return { kind: 'callback', requestId, body: callback.data.body }
  const answer = answerSchema.safeParse(raw)
  return answer.success ? { kind: 'acknowledgement', requestId, answer: answer.data } : null
}

/** One frame to the platform. */
export const writeFrame = (command: string, requestId: string, body?: Body): string =>
  JSON.stringify({ cmd: command, headers: { req_id: requestId }, ...(body === undefined ? {} : { body }) })
