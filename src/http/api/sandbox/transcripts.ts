import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../../domain/errors.ts'
import { type Transcript, transcriptSchema } from '../../../domain/transcript.ts'

/** The transcripts of a folder, by file name without ending. */
export async function readTranscripts(folder: string): Promise<Map<string, Transcript>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  const entries = await Promise.all(
    names.map(async (name) => {
      const parsed = transcriptSchema.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')))
      if (!parsed.success)
        throw new CodedError('TRANSCRIPT_INVALID', `${name} 不是有效的群聊记录`, {
          hint: '请恢复仓库中的原文件。',
          cause: parsed.error,
        })
      return [name.slice(0, -'.json'.length), parsed.data] as const
    }),
  )
  return new Map(entries)
}
