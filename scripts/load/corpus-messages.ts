import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Label } from '../../src/domain/label.ts'
import { ROOT } from '../lib/package-bin.ts'
import { seededRandom } from '../lib/seeded-random.ts'

const GROUPS = 40
const MEMBERS = 20

/** What a member writes to the bot in a group. */
export interface BotMessage {
  msgid: string
  chatid: string
  userid: string
  text: string
}

interface CorpusLine {
  text: string
  label: Label
}

/** The corpus, in the order of its files. */
export function corpusLines(): CorpusLine[] {
  const files = globSync('config/corpus/*.jsonl', { cwd: ROOT }).sort()
  return files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as CorpusLine),
  )
}

/** Messages to the bot in 40 groups of 20 members, each with an id of its own that begins with `prefix`. */
export function corpusMessages(count: number, prefix: string, seed: number): BotMessage[] {
  const random = seededRandom(seed)
  const lines = corpusLines()
  const below = (limit: number) => Math.floor(random() * limit)
  return Array.from({ length: count }, (_, index) => {
    const group = below(GROUPS)
    return {
      msgid: `${prefix}-${index}`,
      chatid: `wrGroup${group}`,
      userid: `member${group * MEMBERS + below(MEMBERS)}`,
      text: `@清群 ${lines[below(lines.length)]?.text}`,
    }
  })
}
