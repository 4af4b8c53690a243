import { z } from 'zod'

/**
 * What the server and the child process with the SDK say to each other: one JSON object a line on descriptor 3, one
 * question at a time. The child's own standard output and error are closed, since a library may write anything there.
 */
export const CHANNEL_FD = 3

const requestSchema = z.discriminatedUnion('call', [
  z.object({ call: z.literal('open'), library: z.string(), corpId: z.string(), secret: z.string() }),
  z.object({
    call: z.literal('pull'),
    /** Records after this one; a decimal of up to 64 bits. */
    seq: z.string().regex(/^\d{1,20}$/),
    limit: z.number().int(),
    proxy: z.string(),
    password: z.string(),
    seconds: z.number().int(),
  }),
  z.object({
    call: z.literal('decrypt'),
    /** Pairs of the random key in clear and `encrypt_chat_msg`. */
    items: z.array(z.tuple([z.string(), z.string()])),
  }),
])
export type Request = z.output<typeof requestSchema>

/** Why the child could not do what it was asked. */
const REASONS = [
  'library-missing',
  'library-foreign',
  'library-broken',
  'symbol-missing',
  'too-long',
  'sdk',
  'unexpected',
] as const

const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened') }),
  /** The text of GetChatData as it came. */
  z.object({ kind: z.literal('pulled'), text: z.string() }),
  /** For each item the text, or the error code of the SDK. */
  z.object({ kind: z.literal('decrypted'), texts: z.array(z.union([z.string(), z.number()])) }),
  z.object({
    kind: z.literal('refused'),
    reason: z.enum(REASONS),
    /** The error code of the SDK, where the reason is `sdk`. */
    code: z.number().optional(),
    /** Names of files and functions; never contents. */
    detail: z.string().optional(),
  }),
])
export type Answer = z.output<typeof answerSchema>

/** A question as the child reads it; throws where it is none. */
export const readRequest = (line: string): Request => requestSchema.parse(JSON.parse(line))

/** An answer as the server reads it; null where a broken child wrote something else. */
export function readAnswer(line: string): Answer | null {
  try {
    return answerSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    // The parser's own words quote the text, which nobody may see.
    return null
  }
}
