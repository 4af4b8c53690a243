import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CodedError } from '../../domain/errors.ts'
import { FLAGS, LABELS } from '../../domain/label.ts'
import { MAX_TEXT, ROLES } from '../../domain/message.ts'

const contextSchema = z.object({ role: z.enum(ROLES), text: z.string().max(MAX_TEXT), from: z.string().optional() })

/** A line of a corpus file, as `config/corpus/LABELS.md` describes it. */
export const corpusLineSchema = z.object({
  id: z.string().min(1),
  text: z.string().max(MAX_TEXT),
  role: z.enum(ROLES),
  label: z.enum(LABELS),
  flags: z.array(z.enum(FLAGS)).default([]),
  context: z.array(contextSchema).default([]),
  quote: z.string().max(MAX_TEXT).optional(),
  domain: z.string().default(''),
  pair: z.string().optional(),
  stream: z.string().optional(),
  from: z.string().optional(),
  at: z.string().optional(),
  replyTo: z.string().optional(),
})
export type CorpusLine = z.output<typeof corpusLineSchema> & {
  /** The file's name without its ending. */
  source: string
}

/**
 * Reads corpus lines from the text of a file.
 * Throws CORPUS_INVALID that names file, line number and what is wrong.
 */
export function parseCorpus(text: string, source: string): CorpusLine[] {
  const lines: CorpusLine[] = []
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    const where = `${source} 第 ${index + 1} 行`
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch (cause) {
      throw new CodedError('CORPUS_INVALID', `${where}不是 JSON`, { cause, hint: '每行写一个 JSON 对象', status: 400 })
    }
    const parsed = corpusLineSchema.safeParse(value)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      const message = `${where}的 ${issue?.path.join('.') || '内容'} 不对:${issue?.message ?? ''}`
      throw new CodedError('CORPUS_INVALID', message, { hint: '格式见 config/corpus/LABELS.md', status: 400 })
    }
    lines.push({ ...parsed.data, source })
  })
  return lines
}

/** How many messages before a line of a stream are its context. */
const STREAM_CONTEXT = 8

/** Gives lines of streams what was said before them, and the text that they quote. Lines of a stream are in order. */
export function withStreamContext(lines: readonly CorpusLine[]): CorpusLine[] {
  const streams = new Map<string, CorpusLine[]>()
  return lines.map((line) => {
    if (line.stream === undefined) return line
    const earlier = streams.get(line.stream) ?? []
    streams.set(line.stream, [...earlier, line])
    const context = earlier.slice(-STREAM_CONTEXT).map(({ role, text, from }) => ({ role, text, from }))
    const quote = earlier.find((other) => other.id === line.replyTo)?.text
    return { ...line, context, quote }
  })
}

/** Reads all `*.jsonl` files of a folder in the order of their names, streams with their context. */
export function readCorpus(dir: string): CorpusLine[] {
  let names: string[]
  try {
    names = readdirSync(dir).filter((name) => name.endsWith('.jsonl'))
  } catch (cause) {
    throw new CodedError('CORPUS_MISSING', `读不到语料目录 ${dir}`, { cause, hint: '检查 --corpus 指向的目录' })
  }
  if (names.length === 0)
    throw new CodedError('CORPUS_MISSING', `目录 ${dir} 中没有 .jsonl 语料`, { hint: '检查 --corpus 指向的目录' })
  const read = (name: string) => parseCorpus(readFileSync(join(dir, name), 'utf8'), name.replace(/\.jsonl$/, ''))
  return withStreamContext(names.sort().flatMap(read))
}
