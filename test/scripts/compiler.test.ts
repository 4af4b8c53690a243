import { afterEach, describe, expect, it, vi } from 'vitest'
import { findCompiler } from '../../scripts/services/compiler.ts'

const silent = (): void => undefined

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('findCompiler', () => {
  it('takes the program that CC names', async () => {
    vi.stubEnv('CC', process.execPath)
    expect(await findCompiler({ log: silent })).toBe(process.execPath)
  })

  it('refuses a CC that names no program', async () => {
    vi.stubEnv('CC', import.meta.dirname)
    await expect(findCompiler({ log: silent })).rejects.toMatchObject({ code: 'COMPILER_MISSING' })
  })
})
