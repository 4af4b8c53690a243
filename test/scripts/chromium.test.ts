import { afterEach, describe, expect, it, vi } from 'vitest'
import { findChromium } from '../../scripts/services/chromium.ts'

const silent = (): void => undefined

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('findChromium', () => {
  it('takes the program that CHROMIUM_PATH names', async () => {
    vi.stubEnv('CHROMIUM_PATH', process.execPath)
    expect(await findChromium({ log: silent })).toBe(process.execPath)
  })

  it('refuses a CHROMIUM_PATH that names no program', async () => {
    vi.stubEnv('CHROMIUM_PATH', import.meta.dirname)
    await expect(findChromium({ log: silent })).rejects.toMatchObject({ code: 'CHROMIUM_MISSING' })
  })
})
