import type { JudgeInput } from '../../src/domain/verdict.ts'
import { BASELINES } from '../../src/judge/train/baselines/baselines.ts'
import { trainNatural } from '../../src/judge/train/baselines/natural.ts'
import { benchCorpus, streamInputs } from './stream-inputs.ts'

/** What this program prints, as one line of JSON: one candidate, measured in a process of its own. */
export interface CandidateReport {
  messages: number
  /** Milliseconds to load the model, its code included; for a baseline to train on the lines outside the streams. */
  readyMs: number
  /** Resident memory that the ready candidate adds after its first verdicts, in MiB. */
  addedMb: number
  rounds: { perSecond: number; cpuUs: number; p50Us: number; p99Us: number }[]
}

type Judging = (input: JudgeInput) => unknown
/** Length of a round, in milliseconds. */
const ROUND_MS = 1_500
/** Keeps what it made of a text for an hour: it is given each text once. */
const REMEMBERS = 'nlpjs'

const residentMb = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}

async function loadCandidate(id: string, corpus: ReturnType<typeof benchCorpus>): Promise<Judging> {
  if (id === 'qingqun') {
    const { loadJudge } = await import('../../src/judge/load.ts')
    const judge = loadJudge()
    return (input) => judge.classify(input)
  }
  const examples = corpus.filter(({ stream }) => stream === undefined)
  // The one whose vectors the evaluation makes by a quicker way is measured with its own.
  const train =
    id === 'natural'
      ? () => trainNatural(examples, { ownVectors: true })
      : BASELINES.find((one) => one.id === id)?.train
  if (train === undefined) throw new RangeError(`no candidate is named ${id}`)
  const classify = await train(examples)
  return ({ text }) => classify(text)
}

/** Judges inputs one by one, again and again until the time is over or `once` through; latencies of each verdict alone. */
async function round(
  judge: Judging,
  inputs: readonly JudgeInput[],
  once: boolean,
): Promise<CandidateReport['rounds'][number]> {
  const latencies: number[] = []
  const cpu = process.cpuUsage()
  const from = performance.now()
  let last = from
  for (let k = 0; last - from < ROUND_MS && !(once && k === inputs.length); k++) {
    const said = judge(inputs[k % inputs.length] as JudgeInput)
    if (said instanceof Promise) await said
    const now = performance.now()
    latencies.push(1_000 * (now - last))
    last = now
  }
  const { user, system } = process.cpuUsage(cpu)
  latencies.sort((a, b) => a - b)
  const quantile = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN
  return {
    perSecond: (1_000 * latencies.length) / (last - from),
    cpuUs: (user + system) / latencies.length,
    p50Us: quantile(0.5),
    p99Us: quantile(0.99),
  }
}

async function measure(id: string, rounds: number): Promise<CandidateReport> {
  const corpus = benchCorpus()
  const inputs = streamInputs(corpus)
  const before = residentMb()
  const from = performance.now()
  const judge = await loadCandidate(id, corpus)
  const readyMs = performance.now() - from
  const part = Math.floor(inputs.length / (rounds + 1))
  const once = id === REMEMBERS
  const rotated = (k: number): JudgeInput[] => [...inputs.slice(k * part), ...(once ? [] : inputs.slice(0, k * part))]
  const nth = (k: number) => round(judge, once ? rotated(k).slice(0, part) : rotated(k), once)
  // The first round warms up: only then is the code compiled and the memory in use.
  await nth(0)
  const addedMb = residentMb() - before
  const report: CandidateReport = { messages: inputs.length, readyMs, addedMb, rounds: [] }
  for (let k = 1; k <= rounds; k++) report.rounds.push(await nth(k))
  return report
}

// Packages that write to the console would spoil the line that is read.
console.log = () => undefined
const [id = '', rounds = '5'] = process.argv.slice(2)
process.stdout.write(`${JSON.stringify(await measure(id, Number(rounds)))}\n`)
