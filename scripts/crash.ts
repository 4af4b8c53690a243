import { parseArgs } from 'node:util'
import { printLine } from './lib/log.ts'
import { reportFailure } from './lib/report-failure.ts'
import { crashRounds } from './load/crash-rounds.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
})

try {
  const report = await crashRounds({ rounds: Number(values.rounds), seed: Number(values.seed), log: printLine })
  const { lost, doubled, remindedTwice, neverReceived, refused, ...figures } = report
  printLine(`\n${JSON.stringify(figures, null, 2)}`)
  const violations = { lost, doubled, remindedTwice, neverReceived, refused }
  for (const [name, ids] of Object.entries(violations)) {
    printLine(`${name}: ${ids.length}${ids.length === 0 ? '' : ` (${ids.slice(0, 10).join(', ')})`}`)
  }
  if (Object.values(violations).some((ids) => ids.length > 0)) process.exitCode = 1
} catch (error) {
  reportFailure(error)
  process.exitCode = 1
}
