import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { qingqun, ROOT, runProgram } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 90_000 }

const GOLD = join(ROOT, 'config/transcripts/dev-1.json')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-replay-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

describe('qingqun replay', PROCESSES, () => {
  it('tells of a transcript what the bot would note, decide and say, in a form that the scorer takes', async () => {
    const { code, out, err } = await qingqun(['replay', GOLD])
    expect([code, err]).toEqual([0, ''])
    const report = JSON.parse(out)
    expect(Object.keys(report).sort()).toEqual(['digests', 'messages', 'posts', 'privates', 'problems', 'tasks'])
    const gold = JSON.parse(await readFile(GOLD, 'utf8'))
    expect(report.messages.map(({ id }: { id: string }) => id)).toEqual(
      gold.messages.map(({ id }: { id: string }) => id),
    )
    for (const message of report.messages)
      expect(Object.keys(message)).toEqual(['id', 'label', 'confidence', 'flags', 'decisions'])
    expect(report.digests.at(-1)).toMatchObject({ kind: 'weekly', at: expect.stringMatching(/\+08:00$/) })
    expect(report.tasks.length).toBeGreaterThan(0)

    const scored = await runProgram('scripts/score/transcripts.mjs', ['--json', GOLD, await file('replay.json', out)])
    expect([scored.code, scored.err]).toEqual([0, ''])
    expect(JSON.parse(scored.out)).toMatchObject({ messages: gold.messages.length, labelAccuracy: expect.any(Number) })
  })

  it('follows the policy that it is given', async () => {
    const message = (id: string, at: string, text: string) => ({ id, at, from: 'm', text })
    const boast = '热烈祝贺我镇荣获全市乡村振兴考核第一名,在镇党委的坚强领导下,各项工作走在前列、成效显著!'
    const transcript = await file(
      'own.json',
      `\uFEFF${JSON.stringify({
        group: '自拟群',
        members: [{ id: 'm', name: '李梅', role: 'member' }],
        messages: [message('1', '2026-11-25T09:30:00+08:00', boast), message('2', '2026-11-25T09:29:00+08:00', '收到')],
      })}`,
    )
    const policy = await file(
      'policy.yaml',
      'name: 自拟\nrules:\n  - id: own-rule\n    when: { label: boast }\n    then: [record]\n',
    )
    const { code, out } = await qingqun(['replay', transcript, '--policy', policy])
    expect(code).toBe(0)
    expect(JSON.parse(out).messages).toMatchObject([
      { id: '1', decisions: [{ rule: 'own-rule', action: 'record', to: null }] },
      { id: '2', decisions: [] },
    ])
  })

  it('refuses what is no transcript, and a policy with a fault, saying where', async () => {
    const member = { id: 'm', name: 'm', role: 'member' }
    const empty = await file('empty.json', JSON.stringify({ group: 'g', members: [member], messages: [] }))
    const broken = await file('broken.json', '{\n  "group": "g"\n  "members": []\n}\n')
    const lacking = await file(
      'lacking.json',
      JSON.stringify({ group: 'g', members: [member], messages: [{ id: '1' }] }),
    )
    const policy = await file('bad.yaml', 'name: x\nmode: shout\nrules: []\n')
    const [none, nothing, json, fields, rules] = await Promise.all([
      qingqun(['replay', join(folder, 'none.json')]),
      qingqun(['replay', empty]),
      qingqun(['replay', broken]),
      qingqun(['replay', lacking]),
      qingqun(['replay', GOLD, '--policy', policy]),
    ])
    for (const ended of [none, nothing, json, fields, rules]) expect(ended).toMatchObject({ code: 2, out: '' })
    expect(none?.err).toContain('none.json')
    expect(nothing?.err).toContain('没有消息')
    expect(json?.err).toMatch(/broken\.json.*第 3 行第 \d+ 列/)
    expect(fields?.err).toContain('messages.0.at')
    expect(rules?.err).toMatch(/bad\.yaml:2:\d+ mode/)
  })
})
