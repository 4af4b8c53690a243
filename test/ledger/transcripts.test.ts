import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { FindDue } from '../../src/domain/verdict.ts'
import { replayLedger, type Transcript } from './replay-ledger.ts'

const folder = join(import.meta.dirname, 'transcripts')
const scorer = join(import.meta.dirname, '../../scripts/score/transcripts.mjs')
const scratch = mkdtempSync(join(tmpdir(), 'qingqun-ledger-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const transcripts = readdirSync(folder).map((file): { file: string; transcript: Transcript } => ({
  file,
  transcript: JSON.parse(readFileSync(join(folder, file), 'utf8')),
}))

/** The due times of the gold, so that the ledger is measured apart from the reading of dates. */
const goldDue = (transcript: Transcript): FindDue => {
  const dues = new Map(
    transcript.gold.tasks.map((task) => [transcript.messages.find(({ id }) => id === task.message)?.at, task.due]),
  )
  return (_text, at) => {
    const said = [...dues].find(([when]) => when !== undefined && Date.parse(when) === at)?.[1]
    return said ? { due: Date.parse(said), match: '' } : null
  }
}

describe('the ledger on transcripts with gold labels', () => {
  it('finds tasks, assignees, answers and closings as well as it is meant to', () => {
    const files = transcripts.flatMap(({ file, transcript }) => {
      const replay = replayLedger(
        transcript,
        transcript.messages.map(({ label }) => label),
        goldDue(transcript),
      )
      const said = join(scratch, file)
      writeFileSync(said, JSON.stringify(replay))
      return [join(folder, file), said]
    })
    const score = JSON.parse(execFileSync(process.execPath, [scorer, '--json', ...files], { encoding: 'utf8' }))
    expect(score.messages).toBeGreaterThanOrEqual(140)
    expect(score.taskF1).toBeGreaterThanOrEqual(0.95)
    expect(score.assignees).toBeGreaterThanOrEqual(0.9)
    expect(score.status).toBeGreaterThanOrEqual(0.85)
    expect(score.updatesF1).toBeGreaterThanOrEqual(0.85)
    expect(score.closedBy).toBeGreaterThanOrEqual(0.85)
    expect(score.problemF1).toBeGreaterThanOrEqual(0.95)
  })

  it.each(transcripts)('loses no task and no problem of $file', ({ transcript }) => {
    const replay = replayLedger(
      transcript,
      transcript.messages.map(({ label }) => label),
      goldDue(transcript),
    )
    const opened = new Set([...replay.tasks, ...replay.problems].map((item) => item.message))
    for (const gold of [...transcript.gold.tasks, ...transcript.gold.problems]) expect(opened).toContain(gold.message)
  })
})
