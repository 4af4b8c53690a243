import { describe, expect, it } from 'vitest'
import { parseCorpus, withStreamContext } from '../../src/judge/train/corpus.ts'

const line = (more: object) => JSON.stringify({ id: 'a-1', text: '收到', role: 'member', label: 'ritual', ...more })

describe('reading corpus lines', () => {
  it('takes lines as the label guide describes them and skips empty ones', () => {
    const lines = parseCorpus(`${line({})}\n\n${line({ id: 'a-2', domain: '学校' })}\n`, 'own')
    expect(lines.map(({ id }) => id)).toEqual(['a-1', 'a-2'])
    expect(lines[0]).toMatchObject({ source: 'own', flags: [], context: [] })
  })

  it('names file and line of what is wrong', () => {
    expect(() => parseCorpus(`${line({})}\n{"id"`, 'own')).toThrow('own 第 2 行')
    expect(() => parseCorpus(`\n${line({ label: 'praise' })}`, 'own')).toThrow(/own 第 2 行的 label/)
  })

  it('gives a line of a stream what was said before it, and what it quotes', () => {
    const texts = ['请报人数', '12人', '收到', '改为13人']
    const stream = texts.map((text, i) =>
      line({ id: `s-${i}`, stream: 's', from: `u${i % 2}`, text, ...(i === 3 ? { replyTo: 's-0' } : {}) }),
    )
    const last = withStreamContext(parseCorpus(stream.join('\n'), 'streams')).at(-1)
    expect(last?.context.map(({ text }) => text)).toEqual(texts.slice(0, 3))
    expect(last?.quote).toBe('请报人数')
  })
})
