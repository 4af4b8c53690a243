import { join } from 'node:path'
import type { JudgeInput } from '../../src/domain/verdict.ts'
import { type CorpusLine, readCorpus } from '../../src/judge/train/corpus.ts'
import { ROOT } from '../lib/package-bin.ts'

/** Length of the middle message, in UTF-16 code units, and messages of context before each. */
const MEDIAN_LENGTH = 40
const CONTEXT = 3

export const benchCorpus = (): CorpusLine[] => readCorpus(join(ROOT, 'config/corpus'))

/**
 * The streams of the corpus without their shortest messages, so that the middle one is 40 long, each message with the
 * three kept ones before it in its stream: what a live group gives the judge, in its order.
 */
export function streamInputs(lines: readonly CorpusLine[]): JudgeInput[] {
  const inStreams = lines.filter(({ stream }) => stream !== undefined)
  const longest = inStreams.toSorted((a, b) => b.text.length - a.text.length)
  const long = longest.findIndex(({ text }) => text.length < MEDIAN_LENGTH)
  const kept = new Set(longest.slice(0, 2 * long + 1))
  const said = Map.groupBy(
    inStreams.filter((line) => kept.has(line)),
    ({ stream }) => stream,
  )
  return [...said.values()].flatMap((stream) =>
    stream.slice(CONTEXT).map(
      ({ text, role, from }, k): JudgeInput => ({
        text,
        role,
        ...(from === undefined ? {} : { from }),
        context: stream.slice(k, k + CONTEXT).map((before) => ({
          role: before.role,
          text: before.text,
          ...(before.from === undefined ? {} : { from: before.from }),
        })),
      }),
    ),
  )
}
