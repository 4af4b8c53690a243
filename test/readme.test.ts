import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { environmentNames } from '../src/env.ts'

const ROOT = join(import.meta.dirname, '..')
const READMES = ['README.md', 'README.zh-CN.md']
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const run = promisify(execFile)

const shellLines = (markdown: string): string[] =>
  [...markdown.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) => (block ?? '').trim().split('\n'))

describe.each(READMES)('%s', (file) => {
  const markdown = read(file)

  it('shows commands that work as written', async () => {
    const commands = shellLines(markdown).filter((line) => line.includes('npm run -s qingqun --'))
    expect(commands.length).toBeGreaterThanOrEqual(3)
    for (const command of commands) {
      const { stdout } = await run('sh', ['-c', command], { cwd: ROOT, maxBuffer: 1 << 26 })
      expect(() => JSON.parse(stdout), command).not.toThrow()
    }
  }, 60_000)

  it('names every variable of the environment, and no other', () => {
    const table = markdown.split('\n').filter((line) => line.startsWith('| `') && /^\| `[A-Z]/.test(line))
    const named = table.flatMap((line) =>
      [...(line.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
    )
    expect(named.toSorted()).toEqual(environmentNames().toSorted())
  })

  it('points at files and scripts that exist', () => {
    const links = [...markdown.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target ?? '')
    const paths = [...markdown.matchAll(/`((?:config|src|scripts|test)\/[\w./-]+)`/g)].map(([, path]) => path ?? '')
    for (const path of [...links, ...paths])
      if (!path.startsWith('http')) expect(existsSync(join(ROOT, path)), path).toBe(true)
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const [, name] of markdown.matchAll(/npm run (?:-s )?([a-z]+)/g)) expect(Object.keys(scripts)).toContain(name)
  })

  it('states the size of the corpus as it is', () => {
    const { card } = JSON.parse(read('config/model/judge.json')) as { card: { trainedOn: { lines: number } } }
    expect(markdown).toContain(card.trainedOn.lines.toLocaleString('en-US'))
  })
})
