import { describe, expect, it } from 'vitest'
import { createJudge } from '../../src/judge/judge.ts'
import { objectionsTo, type Tally, trainTenant } from '../../src/judge/train/tenant.ts'
import { copiesOf, partsOf, tenantLines } from '../../src/judge/train/tenant-lines.ts'
import { train } from '../../src/judge/train/train.ts'
import { casesOf, evaluationOf, fakeCorpus } from './fake-corpus.ts'

const options = { parts: 2 }
const shippedOn = async (corpus = fakeCorpus()) => createJudge(await train(corpus, options))

const tally = (right: number, wronged: number): Tally => ({ messages: 100, right, wronged })
const set = (shipped: Tally, tenant: Tally) => ({ shipped, tenant })
const same = set(tally(90, 1), tally(90, 1))

describe('what speaks against a model of a tenant', () => {
  it('is nothing where it is right more often on its own and wrongs nobody more, whatever else it gets wrong', () => {
    const shippedSet = set(tally(90, 1), tally(70, 1))
    expect(objectionsTo({ shippedSet, ownSet: { parts: 3, ...set(tally(5, 1), tally(6, 0)) } })).toEqual([])
  })

  it('is one more message of work that would be acted on, on either set', () => {
    const worse = set(tally(90, 1), tally(99, 2))
    const better = { parts: 3, ...set(tally(5, 0), tally(6, 0)) }
    expect(objectionsTo({ shippedSet: worse, ownSet: better })).toEqual([
      expect.stringMatching(/自带评测集.*1 条.*2 条/),
    ])
    const ownSet = { parts: 3, ...set(tally(5, 1), tally(6, 2)) }
    expect(objectionsTo({ shippedSet: same, ownSet })).toEqual([expect.stringMatching(/本单位.*1 条.*2 条/)])
  })

  it('is that it is not right more often on its own', () => {
    const ownSet = { parts: 3, ...set(tally(5, 1), tally(5, 0)) }
    expect(objectionsTo({ shippedSet: same, ownSet })).toEqual([expect.stringMatching(/判对 5 条/)])
  })
})

describe('the cases of a tenant', () => {
  it('are repeated where they are few, and never more than four times', () => {
    expect([1, 50, 150, 400, 5_000].map((own) => copiesOf(own, 18_000))).toEqual([4, 4, 2, 1, 1])
    expect(tenantLines(casesOf('task', '今晚交'), 'a', 3)).toHaveLength(36)
  })

  it('are lines of one domain, so that no part of a training learns what another is measured on', () => {
    const lines = tenantLines(casesOf('task', '今晚交'), 'a', 2)
    expect(new Set(lines.map(({ domain }) => domain))).toEqual(new Set(['tenant a']))
  })

  it('are divided evenly, each in one part, and one form filled in twice is not torn apart', () => {
    const cases = ['甲', '乙', '丙', '丁', '戊', '己'].flatMap((who) =>
      [1, 2, 3].map((day) => ({
        id: `${who}${day}`,
        seen: { text: `${who}11月${day}日打卡!`, role: 'member' as const, context: [] },
        label: 'checkin' as const,
        flags: [],
      })),
    )
    const parts = partsOf(cases, 3)
    expect(parts.map((part) => part.length)).toEqual([6, 6, 6])
    expect(
      parts
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(cases.map(({ id }) => id).sort())
    for (const part of parts) expect(new Set(part.map(({ id }) => id.slice(0, 1))).size).toBe(2)
  })

  it('make fewer parts where there are fewer forms', () => {
    expect(partsOf(casesOf('task', '交').slice(0, 2), 3)).toHaveLength(2)
  })
})

describe('training for a tenant', { timeout: 60_000 }, () => {
  it('takes a model that has learnt what the tenant means, judged without the messages it is measured on', async () => {
    const own = casesOf('task', '喜报稿今晚交', '表彰稿再改一遍')
    const request = { tenantId: 'a', shipped: await shippedOn(), corpus: fakeCorpus(), evaluation: evaluationOf(), own }
    const { model, report } = await trainTenant({ ...request, options })
    expect(report).toMatchObject({ taken: true, objections: [], corrections: own.length, ownSet: { parts: 3 } })
    const { shipped, tenant } = report.ownSet ?? { shipped: tally(0, 0), tenant: tally(0, 0) }
    expect([shipped.messages, tenant.messages]).toEqual([own.length, own.length])
    expect(tenant.right).toBeGreaterThan(shipped.right)
    expect(report.shippedSet.tenant.messages).toBe(evaluationOf().length)
    const verdict = createJudge(model).classify({ text: '车间喜报稿今晚交', role: 'member', context: [] })
    expect(verdict.label).toBe('task')
  })

  it('refuses a model that was only told what the shipped one knows', async () => {
    const own = casesOf('chatter', '中午吃什么')
    const request = { tenantId: 'a', shipped: await shippedOn(), corpus: fakeCorpus(), evaluation: evaluationOf(), own }
    const { report } = await trainTenant({ ...request, options })
    expect(report).toMatchObject({ taken: false, objections: [expect.stringContaining('不多于')] })
  })

  it('refuses a model that has only learnt by heart what it is measured on: its twins are left out with a message', async () => {
    const own = Array.from({ length: 12 }, (_, i) => ({
      id: `own-${i}`,
      seen: { text: `${i + 1}号喜报稿再创佳绩`, role: 'member' as const, context: [] },
      label: 'task' as const,
      flags: [],
    }))
    const request = { tenantId: 'a', shipped: await shippedOn(), corpus: fakeCorpus(), evaluation: evaluationOf(), own }
    const { model, report } = await trainTenant({ ...request, options })
    expect(createJudge(model).classify({ text: '20号喜报稿再创佳绩', role: 'member', context: [] }).label).toBe('task')
    expect(report).toMatchObject({ taken: false, ownSet: { parts: 1, shipped: { right: 0 }, tenant: { right: 0 } } })
  })

  it('refuses a model that would wrong work which the shipped one leaves alone, and trains no further', async () => {
    // The shipped model knows of no boasts, so it never takes this report for one.
    const shipped = await shippedOn(fakeCorpus().filter(({ label }) => label !== 'boast'))
    const evaluation = evaluationOf().map((line) =>
      line.label === 'boast' ? { ...line, label: 'progress' as const } : line,
    )
    const steps: number[] = []
    const { report } = await trainTenant({
      tenantId: 'a',
      shipped,
      corpus: fakeCorpus(),
      evaluation,
      own: casesOf('task', '喜报稿今晚交'),
      options: { ...options, onProgress: (done, total) => steps.push(done / total) },
    })
    expect(report.shippedSet.tenant.wronged).toBeGreaterThan(report.shippedSet.shipped.wronged)
    expect(report).toMatchObject({ taken: false, objections: [expect.stringContaining('自带评测集')], ownSet: null })
    expect(Math.max(...steps)).toBeLessThan(0.25)
  })
})
