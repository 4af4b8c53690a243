import { join } from 'node:path'
import { replay } from '../app/replay.ts'
import { transcriptSchema } from '../domain/transcript.ts'
import { findDue } from '../judge/deadline/find-due.ts'
import { loadJudge } from '../judge/load.ts'
import { parseCall, USAGE } from './call.ts'
import { parseDocument, readInput, wrongCall } from './input.ts'
import { MODEL_FOLDER, ROOT } from './paths.ts'
import { print } from './print.ts'

/** `replay FILE [--policy FILE]`: what the bot would have done and said in a recorded chat. */
export async function replayCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseCall(args, { policy: { type: 'string' } })
  const [file, ...rest] = positionals
  if (file === undefined || rest.length > 0) throw wrongCall('replay 需要一个文件 (replay takes one file)', USAGE)
  const transcript = parseDocument(await readInput(file), transcriptSchema, file)
  const policyFile = values.policy ?? join(ROOT, 'config/policies/standard.yaml')
  const policy = { source: await readInput(policyFile), fileName: policyFile }
  const report = await replay({ transcript, policy, judge: loadJudge(MODEL_FOLDER), findDue })
  print(JSON.stringify(report, null, 2))
}
