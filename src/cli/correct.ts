import { randomUUID } from 'node:crypto'
import { DEFAULT_TENANT } from '../app/ways/way.ts'
import { FLAGS, type Flag, LABEL_NAMES, LABELS, type Label } from '../domain/label.ts'
import { type CorrectionRequest, recordCorrection } from '../intake/correct.ts'
import { withdrawCorrection } from '../intake/withdraw-correction.ts'
import { parseOptions, USAGE } from './call.ts'
import { correctionLine } from './corrections.ts'
import { wrongCall } from './input.ts'
import { print, say } from './print.ts'
import { withStore } from './with-store.ts'

const OPTIONS = {
  tenant: { type: 'string', default: DEFAULT_TENANT },
  group: { type: 'string' },
  message: { type: 'string' },
  appeal: { type: 'string' },
  label: { type: 'string' },
  flags: { type: 'string' },
  by: { type: 'string' },
  reason: { type: 'string' },
  undo: { type: 'string' },
} as const
type Options = ReturnType<typeof parseOptions<typeof OPTIONS>>

const MOST_BY = 100
/** The longest reason that is kept. */
export const MOST_REASON = 1_000

/** A label by its code or its Chinese name. */
export function readLabel(text: string | undefined): Label {
  const label = LABELS.find((each) => each === text || LABEL_NAMES[each] === text)
  if (label) return label
  const all = LABELS.map((each) => `${each}(${LABEL_NAMES[each]})`).join('、')
  throw wrongCall(`--label 要写九类之一 (one of the nine labels)`, `可以写: ${all}`)
}

function readFlags(text: string): Flag[] {
  const asked = text.split(/[,,]/).map((each) => each.trim())
  const flags = FLAGS.filter((flag) => asked.includes(flag))
  const wrong = asked.filter((each) => each !== '' && !flags.some((flag) => flag === each))
  if (wrong.length === 0) return flags
  throw wrongCall(`--flags 不认识: ${wrong.join('、')} (unknown flags)`, `可以写: ${FLAGS.join(',')};留空表示没有。`)
}

/** The name of whoever answers for what a command does. */
export function readBy(by: string | undefined, command: string): string {
  const name = by?.trim() ?? ''
  if (name === '' || name.length > MOST_BY)
    throw wrongCall(`${command} 需要 --by 决定的人,最多 ${MOST_BY} 个字 (who says so?)`, USAGE)
  return name
}

function readRequest(options: Options): CorrectionRequest {
  const { tenant: tenantId, group: groupId, message, appeal, flags, reason = '' } = options
  if (groupId === undefined || (message === undefined) === (appeal === undefined))
    throw wrongCall('correct 需要 --group,以及 --message 或 --appeal 之一 (which message?)', USAGE)
  if (reason.length > MOST_REASON) throw wrongCall(`--reason 最多 ${MOST_REASON} 个字 (too long)`)
  return {
    tenantId,
    groupId,
    about: appeal === undefined ? { messageId: message ?? '' } : { appealId: appeal },
    label: readLabel(options.label),
    flags: flags === undefined ? null : readFlags(flags),
    by: readBy(options.by, 'correct'),
    reason,
  }
}

async function withdraw(options: Options, correctionId: string): Promise<void> {
  const { group, message, appeal, label, flags, reason } = options
  if ([group, message, appeal, label, flags, reason].some((each) => each !== undefined))
    throw wrongCall('--undo 只和 --by、--tenant 一起用 (--undo goes with --by and --tenant alone)', USAGE)
  const request = { tenantId: options.tenant, correctionId, by: readBy(options.by, 'correct') }
  const { correction, changed } = await withStore((db) => withdrawCorrection(db, request, Date.now))
  print(JSON.stringify(correctionLine(correction)))
  say(changed ? '更正已撤回,消息恢复原来的判断。' : '这个更正此前已经撤回,没有改动。')
}

/** `correct …`: puts what an admin says in the place of a verdict, or withdraws such a correction. */
export async function correctCommand(args: string[]): Promise<void> {
  const options = parseOptions(args, OPTIONS)
  if (options.undo !== undefined) return withdraw(options, options.undo)
  const request = readRequest(options)
  const world = { now: Date.now, newId: randomUUID }
  const { correction, changed } = await withStore((db) => recordCorrection(db, request, world))
  print(JSON.stringify(correctionLine(correction)))
  const names = `“${LABEL_NAMES[correction.said.label]}”→“${LABEL_NAMES[correction.label]}”`
  say(
    changed
      ? `已更正: ${names}。撤回请用 correct --undo ${correction.correctionId}。`
      : `同样的更正此前已记下: ${names},没有改动。`,
  )
}
