import { parseOptions, USAGE } from './cli/call.ts'
import { classify } from './cli/classify.ts'
import { due } from './cli/due.ts'
import { readStandardInput, wrongCall } from './cli/input.ts'
import { MODEL_FOLDER } from './cli/paths.ts'
import { print } from './cli/print.ts'
import { CodedError } from './domain/errors.ts'
import { findDue } from './judge/deadline/find-due.ts'
import { loadJudge } from './judge/load.ts'

async function printLines(lines: Iterable<object>): Promise<void> {
  for (const line of lines) print(JSON.stringify(line))
}

// What only one command needs is loaded by that command: the database takes half a second to load.
const COMMANDS = new Map<string, (args: string[]) => Promise<void>>(
  Object.entries({
    classify: async (args: string[]) => {
      parseOptions(args, {})
      await printLines(classify(await readStandardInput(), loadJudge(MODEL_FOLDER)))
    },
    due: async (args: string[]) => {
      parseOptions(args, {})
      await printLines(due(await readStandardInput(), findDue))
    },
    replay: async (args: string[]) => (await import('./cli/replay.ts')).replayCommand(args),
    backtest: async (args: string[]) => (await import('./cli/backtest.ts')).backtestCommand(args),
    import: async (args: string[]) => (await import('./cli/import.ts')).importCommand(args),
    doctor: async (args: string[]) => (await import('./cli/doctor.ts')).doctorCommand(args),
    digest: async (args: string[]) => (await import('./cli/digest.ts')).digestCommand(args),
    groups: async (args: string[]) => (await import('./cli/groups.ts')).groupsCommand(args),
    policy: async (args: string[]) => (await import('./cli/policy.ts')).policyCommand(args),
    correct: async (args: string[]) => (await import('./cli/correct.ts')).correctCommand(args),
    corrections: async (args: string[]) => (await import('./cli/corrections.ts')).correctionsCommand(args),
    appeals: async (args: string[]) => (await import('./cli/appeals.ts')).appealsCommand(args),
    train: async (args: string[]) => (await import('./cli/train.ts')).trainCommand(args),
    evaluate: async (args: string[]) => (await import('./cli/evaluate.ts')).evaluateCommand(args),
  }),
)

async function main([name, ...args]: string[]): Promise<void> {
  const command = COMMANDS.get(name ?? '')
  if (!command) throw wrongCall(name ? `没有 ${name} 这个命令 (no such command)` : '请给出命令 (which command?)', USAGE)
  await command(args)
}

// Whoever reads the lines may have read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

main(process.argv.slice(2)).catch((error) => {
  const coded = error instanceof CodedError ? error : null
  process.stderr.write(coded ? `${coded.message}\n${coded.hint}\n` : `${error?.stack ?? error}\n`)
  process.exitCode = coded && coded.status < 500 ? 2 : 1
})
