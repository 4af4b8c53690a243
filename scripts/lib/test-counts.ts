import { readFileSync } from 'node:fs'

interface FileResult {
  status: string
  assertionResults: { status: string }[]
}

/** How many tests passed and failed; a file that could not be loaded counts as one failure. */
export interface TestCounts {
  passed: number
  failed: number
}

/** Reads what vitest's JSON reporter wrote; null where it wrote nothing that can be read. */
export function testCounts(reportPath: string): TestCounts | null {
  let report: { testResults: FileResult[] }
  try {
    report = JSON.parse(readFileSync(reportPath, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
  const statuses = report.testResults.flatMap((file) =>
    file.assertionResults.length === 0 ? [file.status] : file.assertionResults.map((test) => test.status),
  )
  const count = (status: string) => statuses.filter((each) => each === status).length
  return { passed: count('passed'), failed: count('failed') }
}
