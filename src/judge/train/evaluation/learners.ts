import type { Judge, Verdict } from '../../../domain/verdict.ts'
import { createJudge } from '../../judge.ts'
import { BASELINES } from '../baselines/baselines.ts'
import type { CorpusLine } from '../corpus.ts'
import { train } from '../train.ts'

/** What is scored of a verdict. */
export type Said = Pick<Verdict, 'label' | 'confidence' | 'flags'>

/** A way to judge lines that is learnt from other lines: the judge, or a baseline. */
interface Learner {
  /** Rough cost of learning next to the others, for progress and for what is begun first. */
  weight: number
  learn(
    lines: readonly CorpusLine[],
    seed: number,
    onProgress: (share: number) => void,
  ): Promise<(line: CorpusLine) => Said | Promise<Said>>
}

/** Judges a line with what was said before it. */
export const judgeLine = (judge: Judge, { text, role, from, context, quote }: CorpusLine): Said => {
  const { label, confidence, flags } = judge.classify({
    text,
    role,
    context,
    ...(from === undefined ? {} : { from }),
    ...(quote === undefined ? {} : { quote }),
  })
  return { label, confidence, flags }
}

/** The id of the judge itself among the learners. */
export const OURS = 'qingqun'

const ours: Learner = {
  weight: 130,
  async learn(lines, seed, onProgress) {
    const judge = createJudge(await train(lines, { seed, onProgress: (done, total) => onProgress(done / total) }))
    return (line) => judgeLine(judge, line)
  },
}

/** All learners by id. A baseline is given the text alone. */
export const LEARNERS: ReadonlyMap<string, Learner> = new Map([
  [OURS, ours],
  ...BASELINES.map(({ id, weight, train: learn }): [string, Learner] => [
    id,
    {
      weight,
      async learn(lines) {
        const classify = await learn(lines)
        return async ({ text }) => ({ flags: [], ...(await classify(text)) })
      },
    },
  ]),
])
