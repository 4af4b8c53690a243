import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ReplayReport, replay } from '../../src/app/replay.ts'
import { isSubstantive, type Label } from '../../src/domain/label.ts'
import { transcriptSchema } from '../../src/domain/transcript.ts'
import { findDue } from '../../src/judge/deadline/find-due.ts'
import { loadJudge } from '../../src/judge/load.ts'
import { parsePolicy } from '../../src/policy/parse.ts'

const ROOT = join(import.meta.dirname, '../..')
const TO_MEET: readonly Label[] = ['checkin', 'boast', 'mandate']

/** What `standard` makes of a recorded chat, message by message beside the label that people gave it. */
async function underStandard(name: string) {
  const recorded = JSON.parse(await readFile(join(ROOT, `config/transcripts/${name}.json`), 'utf8')) as {
    messages: { id: string; label: Label }[]
  }
  const transcript = transcriptSchema.parse(recorded)
  const fileName = join(ROOT, 'config/policies/standard.yaml')
  const source = await readFile(fileName, 'utf8')
  const report = await replay({ transcript, policy: { source, fileName }, judge: loadJudge(), findDue })
  const labels = new Map(recorded.messages.map(({ id, label }) => [id, label]))
  const judged = report.messages.map((message) => ({ ...message, gold: labels.get(message.id) as Label }))
  return { report, judged, policy: parsePolicy(source, fileName) }
}

/** How often the bot spoke in the group on its fullest day, and to the person it spoke to most in any week. */
function mostSaid({ posts, privates }: ReplayReport) {
  const days = Map.groupBy(posts, ({ at }) => at.slice(0, 10))
  const people = Map.groupBy(privates, ({ to }) => to)
  const weekly = [...people.values()].flatMap((words) =>
    words.map(({ at }) => {
      const until = Date.parse(at)
      return words.filter((word) => Date.parse(word.at) <= until && Date.parse(word.at) > until - 7 * 86_400_000).length
    }),
  )
  return { aDay: Math.max(0, ...[...days.values()].map((all) => all.length)), aWeek: Math.max(0, ...weekly) }
}

describe('the preset standard on the developer transcripts', () => {
  it('reminds nobody because of work, meets most of the noise, and never speaks above its budget', async () => {
    let met = 0
    let noise = 0
    for (const name of ['dev-1', 'dev-2', 'dev-3', 'dev-4', 'dev-5']) {
      const { report, judged, policy } = await underStandard(name)
      for (const { gold, decisions } of judged) {
        if (isSubstantive(gold)) expect(decisions.filter(({ action }) => action !== 'record')).toEqual([])
        if (!TO_MEET.includes(gold)) continue
        noise++
        if (decisions.length > 0) met++
      }
      const { aDay, aWeek } = mostSaid(report)
      expect(aDay).toBeLessThanOrEqual(policy.bot.groupPostsPerDay)
      expect(aWeek).toBeLessThanOrEqual(policy.bot.remindersPerPersonPerWeek)
    }
    expect(noise).toBeGreaterThan(50)
    expect(met / noise).toBeGreaterThanOrEqual(0.8)
  }, 120_000)
})
