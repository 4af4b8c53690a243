import { readFile } from 'node:fs/promises'
import { text as readText } from 'node:stream/consumers'
import type { z } from 'zod'
import { CodedError } from '../domain/errors.ts'

/** A fault of the caller: exit 2. */
export const wrongCall = (message: string, hint = '', cause?: unknown): CodedError =>
  new CodedError('CALL_INVALID', message, { hint, status: 400, cause })

/** Reads a file that the caller named, without the mark that some editors put before UTF-8. */
export const readInput = (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (content) => content.replace(/^\uFEFF/, ''),
    (cause) => {
      throw wrongCall(`读不到文件 ${path} (cannot read the file)`, '请检查路径和权限。', cause)
    },
  )

/** All of standard input. */
export const readStandardInput = (): Promise<string> => readText(process.stdin)

function fault(text: string, schema: z.ZodType): string | null {
  try {
    const result = schema.safeParse(JSON.parse(text))
    if (result.success) return null
    return result.error.issues.map((issue) => `${issue.path.join('.') || '整体'}: ${issue.message}`).join('; ')
  } catch (error) {
    const place = error instanceof Error ? /line (\d+) column (\d+)/.exec(error.message) : null
    return `不是有效的 JSON${place && text.includes('\n') ? `(第 ${place[1]} 行第 ${place[2]} 列)` : ''}`
  }
}

/** JSON Lines, every line checked before the first is used. Throws CALL_INVALID with the number and fault of each bad line. */
export function parseLines<S extends z.ZodType>(input: string, schema: S): z.output<S>[] {
  const lines = input.split('\n').map((line, index) => ({ line: line.replace(/\r$/, ''), number: index + 1 }))
  const used = lines.filter(({ line }) => line.trim() !== '')
  const faults = used.flatMap(({ line, number }) => {
    const found = fault(line, schema)
    return found === null ? [] : [`第 ${number} 行: ${found}`]
  })
  if (faults.length > 0) {
    const shown = faults.slice(0, 20).join('\n  ')
    const more = faults.length > 20 ? `\n  …共 ${faults.length} 行有误` : ''
    throw wrongCall(`输入有误,没有处理任何一行 (invalid input, nothing was done):\n  ${shown}${more}`, '请改正后重试。')
  }
  return used.map(({ line }) => schema.parse(JSON.parse(line)))
}

/** One JSON document. */
export function parseDocument<S extends z.ZodType>(input: string, schema: S, path: string): z.output<S> {
  const found = fault(input, schema)
  if (found !== null) throw wrongCall(`${path}: ${found}`, '文件格式见 config/corpus/LABELS.md。')
  return schema.parse(JSON.parse(input))
}
