import { parentPort, workerData } from 'node:worker_threads'
import { CodedError } from '../../../domain/errors.ts'
import { LEARNERS, type Said } from './learners.ts'
import type { Answer, Order, Posted } from './order.ts'

const post = (posted: Posted): void => parentPort?.postMessage(posted)

async function perform({ learner, seed, training, held }: Order): Promise<Answer> {
  const chosen = LEARNERS.get(learner)
  if (chosen === undefined) throw new RangeError(`no learner is named ${learner}`)
  const from = performance.now()
  const judge = await chosen.learn(training, seed, (share) => post({ kind: 'progress', share }))
  const learnt = performance.now()
  const said: Said[] = []
  for (const line of held) said.push(await judge(line))
  const [trainSeconds, judgeSeconds] = [(learnt - from) / 1_000, (performance.now() - learnt) / 1_000]
  return { kind: 'judged', said, trainSeconds, judgeSeconds }
}

try {
  post(await perform(workerData as Order))
} catch (error) {
  if (!(error instanceof CodedError && error.code === 'BASELINE_ABSENT')) throw error
  post({ kind: 'absent', reason: `${error.message}(${error.hint})` })
}
