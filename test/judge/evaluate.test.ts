import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readCorpus } from '../../src/judge/train/corpus.ts'
import { crossValidate } from '../../src/judge/train/evaluate.ts'
import { columns } from '../../src/judge/train/evaluation/columns.ts'
import { scoreDeadlines } from '../../src/judge/train/evaluation/deadlines.ts'
import { targetsOf, verdictOf } from '../../src/judge/train/evaluation/targets.ts'
import { evaluationPage } from '../../src/judge/train/evaluation-page.ts'
import type { EvaluationReport } from '../../src/judge/train/evaluation-report.ts'
import { formatEvaluation } from '../../src/judge/train/format-evaluation.ts'
import { scoresOf } from '../../src/judge/train/scores.ts'

const all = readCorpus(fileURLToPath(new URL('../../config/corpus', import.meta.url)))
const few = all.filter(({ source }, i) => (source === 'everyday' || source === 'casual') && i % 6 === 0)

const deadlines = scoreDeadlines(
  [
    { id: 'a', at: '2026-03-02T09:00:00+08:00', text: '周三前交', due: '2026-03-04T18:00:00+08:00', kind: 'weekday' },
    { id: 'b', at: '2026-03-02T09:00:00+08:00', text: '周四前交', due: '2026-03-05T18:00:00+08:00', kind: 'weekday' },
    { id: 'c', at: '2026-03-02T09:00:00+08:00', text: '昨天开会了', due: null, kind: 'none' },
    { id: 'd', at: '2026-03-02T09:00:00+08:00', text: '收到', due: null, kind: 'none' },
  ]
    .map((line) => JSON.stringify(line))
    .join('\n'),
  (text) => (text === '收到' ? null : { due: Date.parse('2026-03-04T18:00:30+08:00'), match: text }),
)

describe('evaluation', () => {
  it('judges every line once by a model of other domains, and plain files by one that saw none of them', {
    timeout: 60_000,
  }, async () => {
    const shares: number[] = []
    const validation = await crossValidate(few, {
      folds: 2,
      baselines: false,
      onProgress: (share) => shares.push(share),
    })
    expect(validation.all.lines).toBe(few.length)
    expect(validation.isolated.lines + validation.streams.lines).toBe(few.length)
    expect(validation.plain?.lines).toBe(few.filter(({ source }) => source === 'casual').length)
    expect(validation.all.accuracy).toBeGreaterThan(0.2)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBe(1)

    const report: EvaluationReport = { ...validation, transcripts: '没有测:<读不到>', deadlines }
    const text = formatEvaluation(report)
    expect(text).toContain('混淆矩阵')
    expect(text).toContain('基线:这次没有运行')
    const absent = {
      name: 'natural',
      note: '',
      scores: null,
      absent: '没有安装 natural',
      trainSeconds: 0,
      judgeSeconds: 0,
    }
    expect(formatEvaluation({ ...report, baselines: [absent] })).toContain('没有运行:没有安装 natural')
    expect(evaluationPage({ ...report, baselines: [absent] })).toContain('没有运行:没有安装 natural')
    const page = evaluationPage(report)
    expect(page).toContain('<svg')
    expect(page).toContain('没有测:&lt;读不到&gt;')
    expect(page).not.toMatch(/NaN|undefined|https?:/)
  })

  it('counts deadlines as the scorer does: right to the minute, invented where there is none', () => {
    expect(deadlines).toMatchObject({ messages: 4, exact: 0.5, without: 2, invented: 1 })
    expect(deadlines.kinds).toEqual([
      { name: '星期', right: 1, of: 2 },
      { name: '没有时限', right: 1, of: 2 },
    ])
  })
})

describe('a figure next to its target', () => {
  it('says by how much it falls short or is too many, or that it is reached', () => {
    const line = { label: 'task' as const, flags: [] }
    const scores = scoresOf([{ line, verdict: { label: 'ritual', confidence: 0.9, flags: [] } }])
    const targets = targetsOf({
      lines: 1,
      folds: 1,
      perFold: [],
      all: scores,
      isolated: scores,
      streams: scoresOf([]),
      perSource: {},
      plain: null,
      baselines: [],
      transcripts: '没有测',
      deadlines,
    })
    const said = Object.fromEntries(targets.map((target) => [target.what, verdictOf(target)]))
    expect(said).toMatchObject({
      '单条消息,宏平均 F1': '差 0.920',
      每千条工作消息误处置: '多 998.0',
      时限读对: '差 0.470',
      '2 条没有时限,读出时限的': '达到',
    })
    expect(Object.keys(said)).not.toContain('自然群流,宏平均 F1')
  })
})

describe('columns', () => {
  it('stand in line where Chinese and Latin are mixed', () => {
    expect(
      columns(
        [
          ['甲', '1'],
          ['ab', '中'],
        ],
        '',
      ),
    ).toEqual(['甲   1', 'ab  中'])
  })
})
