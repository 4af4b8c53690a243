import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testCounts } from '../../scripts/lib/test-counts.ts'

let folder = ''
const report = (): string => join(folder, 'report.json')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qingqun-counts-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('testCounts', () => {
  it('counts tests by their status, and a file that could not be loaded as one failure', () => {
    const tests = ['passed', 'passed', 'failed', 'pending'].map((status) => ({ status }))
    const testResults = [
      { status: 'failed', assertionResults: tests },
      { status: 'failed', assertionResults: [] },
    ]
    writeFileSync(report(), JSON.stringify({ testResults }))
    expect(testCounts(report())).toEqual({ passed: 2, failed: 2 })
  })

  it('knows nothing of a report that is missing or broken', () => {
    expect(testCounts(report())).toBeNull()
    writeFileSync(report(), '{"testResults": [')
    expect(testCounts(report())).toBeNull()
  })
})
