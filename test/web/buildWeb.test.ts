import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildWeb } from '../../scripts/build-web.ts'

const root = join(import.meta.dirname, '../..')
const built = join(root, 'dist/web')

describe('the built pages', () => {
  beforeAll(() => buildWeb({ root, log: () => undefined }))

  it('are not built again while the sources stay the same, and one line says so', async () => {
    const before = await readdir(join(built, 'assets'))
    const lines: string[] = []
    expect(await buildWeb({ root, log: (line) => lines.push(line) })).toBe('fresh')
    expect(lines).toHaveLength(1)
    expect(await readdir(join(built, 'assets'))).toEqual(before)
  })

  it('run under a policy without inline scripts and load nothing from elsewhere', async () => {
    const html = await readFile(join(built, 'index.html'), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]*\ssrc="\/assets\/)/)
    expect(html).not.toMatch(/\son[a-z]+=/)
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)
    expect(addresses.length).toBeGreaterThan(2)
    for (const address of addresses) expect(address).toMatch(/^\/assets\/[\w.-]+$/)
  })

  it('bring no font and no style from another place', async () => {
    for (const file of await readdir(join(built, 'assets'))) {
      if (file.endsWith('.css'))
        expect(await readFile(join(built, 'assets', file), 'utf8')).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//)
    }
  })
})
