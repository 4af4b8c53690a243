import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CodedError } from '../../domain/errors.ts'
import { FLAGS, LABELS } from '../../domain/label.ts'
import { transcriptSchema } from '../../domain/transcript.ts'
import { type CorpusLine, withStreamContext } from './corpus.ts'

/** What a transcript's annotator says of its messages; the rest of a transcript is in the domain. */
const goldSchema = z.object({
  messages: z.array(z.object({ label: z.enum(LABELS), flags: z.array(z.enum(FLAGS)).default([]) })),
})

/**
 * Reads the labelled transcripts of a folder as lines with the context that they were said in. They are for measuring,
 * never for training. Throws CodedError TRANSCRIPTS_INVALID with the file's name.
 */
export function readTranscriptLines(dir: string): CorpusLine[] {
  const files = readdirSync(dir).filter((name) => name.endsWith('.json'))
  return files.sort().flatMap((name) => {
    try {
      const document: unknown = JSON.parse(readFileSync(join(dir, name), 'utf8'))
      const { members, messages, domain } = transcriptSchema.parse(document)
      const gold = goldSchema.parse(document).messages
      const roles = new Map(members.map(({ id, role }) => [id, role]))
      const lines = messages.map(
        ({ id, text, from, at, replyTo }, i): CorpusLine => ({
          id: `${name}:${id}`,
          text,
          role: roles.get(from) ?? 'member',
          label: gold[i]?.label ?? 'chatter',
          flags: gold[i]?.flags ?? [],
          context: [],
          domain,
          stream: name,
          from,
          at,
          replyTo: replyTo && `${name}:${replyTo}`,
          source: 'transcripts',
        }),
      )
      return withStreamContext(lines)
    } catch (cause) {
      throw new CodedError('TRANSCRIPTS_INVALID', `群聊记录 ${join(dir, name)} 不能用来评测`, {
        hint: '格式见 config/corpus/LABELS.md;每条消息都要有 label。',
        cause,
      })
    }
  })
}
