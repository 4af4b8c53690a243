import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

interface Instruction {
  keyword: string
  rest: string
}

function instructions(dockerfile: string): Instruction[] {
  return dockerfile
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ keyword: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }))
}

const parsed = instructions(read('Dockerfile'))
const of = (keyword: string): string[] => parsed.filter((each) => each.keyword === keyword).map((each) => each.rest)
const copies = of('COPY').map((rest) => {
  const words = rest.split(' ')
  const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length) ?? null
  return { stage, sources: words.filter((word) => !word.startsWith('--')).slice(0, -1) }
})
const fromContext = copies.filter(({ stage }) => stage === null).flatMap(({ sources }) => sources)
const fromStages = copies.filter(({ stage }) => stage !== null)

describe('the Dockerfile', () => {
  it('copies only paths that the repository has', () => {
    expect(fromContext.length).toBeGreaterThan(0)
    expect(fromContext.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('copies only paths that .dockerignore lets through', () => {
    const allowed = new Set(read('.dockerignore').match(/(?<=^!).+$/gm))
    expect(fromContext.filter((path) => !allowed.has(path))).toEqual([])
  })

  it('takes from its build stage only what was copied or made there', () => {
    const stages = of('FROM').map((rest) => rest.split(' AS ')[1])
    const made = ['node_modules', 'dist']
    for (const { stage, sources } of fromStages) {
      expect(stages).toContain(stage)
      const unknown = sources
        .map((path) => path.replace('/app/', ''))
        .filter((path) => !made.includes(path) && !fromContext.includes(path))
      expect(unknown).toEqual([])
    }
  })

  it('runs only files that exist', () => {
    const commands = [...of('RUN'), ...of('CMD').map((rest) => (JSON.parse(rest) as string[]).join(' '))]
    const files = commands.flatMap((command) => command.match(/\bnode (\S+\.ts)/)?.[1] ?? [])
    expect(files).toEqual(['scripts/build-web.ts', 'src/main.ts'])
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  })

  it('calls only npm commands or scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const called = of('RUN').flatMap((command) => command.match(/\bnpm (?:run )?(\S+)/)?.[1] ?? [])
    expect(called.filter((name) => !['ci', 'prune'].includes(name) && scripts[name] === undefined)).toEqual([])
  })

  it('runs the major version of Node that the repository pins', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>
    }
    const pinned = new Set(Object.values(optionalDependencies).map((version) => version.split('.')[0]))
    const images = of('FROM').map((rest) => /^node:(\d+)-bookworm-slim/.exec(rest)?.[1])
    expect([...new Set(images)]).toEqual([...pinned])
  })

  it('runs as another user than root, with its data in a volume, and asks /healthz how it is', () => {
    expect(of('USER')).toEqual(['node'])
    expect(of('VOLUME')).toEqual(['/app/data'])
    expect(of('EXPOSE')).toEqual(['8787'])
    expect(of('HEALTHCHECK').join()).toContain('/healthz')
  })
})
