import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DAY_MS, fromChina, HOUR_MS } from '../../src/domain/calendar.ts'
import { CodedError } from '../../src/domain/errors.ts'
import type { GroupMessage } from '../../src/domain/message.ts'
import type { ContextMessage, Judge } from '../../src/domain/verdict.ts'
import { openPolicyBook } from '../../src/intake/policy-book.ts'
import { findDue } from '../../src/judge/deadline/find-due.ts'
import { loadJudge } from '../../src/judge/load.ts'
import { openStore } from '../../src/store/database.ts'
import { lockGroups, saveMembers } from '../../src/store/groups.ts'
import { appendEvents, type GroupEvent } from '../../src/store/ledger.ts'
import { insertMessages, type StoredMessage } from '../../src/store/messages.ts'
import { ROOT } from '../lib/package-bin.ts'
import { run } from '../lib/run.ts'
import { type BotMessage, corpusMessages } from '../load/corpus-messages.ts'
import { median } from './median.ts'

const START = fromChina(2026, 3, 2)
const DAYS = 60
const BATCH = 1000
/** Every so manieth member gives work to a group. */
const LEADERS = 20
const IN_FORCE = 'config/policies/standard.yaml'
const TRIED = 'config/policies/strict.yaml'

/** Spread over two months, the same number every day from eight to eight. */
function toMessage({ msgid, chatid, userid, text }: BotMessage, index: number, count: number): GroupMessage {
  const days = (index / count) * DAYS
  const inDay = (days % 1) * 12 * HOUR_MS
  return {
    tenantId: 'default',
    groupId: chatid,
    messageId: msgid,
    adapter: 'bench',
    channelId: 'main',
    chat: 'group',
    groupName: chatid,
    sentAt: Math.round(START + Math.floor(days) * DAY_MS + 8 * HOUR_MS + inDay),
    sender: { memberId: userid, name: userid, role: Number(userid.slice(6)) % LEADERS === 0 ? 'leader' : 'member' },
    kind: 'text',
    text: text.replace(/^@清群 /u, ''),
    mentions: [],
    addressesBot: false,
  }
}

const GROUP_OF = { tenantId: 'default', adapter: 'bench', channelId: 'main', chat: 'group' as const }

/** Judges a batch with what was said before in the group, and notes the tasks that it gives. */
function judged(
  batch: readonly GroupMessage[],
  judge: Judge,
  said: Map<string, ContextMessage[]>,
  tasks: Map<string, number>,
) {
  const events: GroupEvent[] = []
  const messages = batch.map((message): StoredMessage => {
    const { tenantId, groupId, messageId, text, sentAt, sender } = message
    const role = sender.role ?? 'member'
    const context = said.get(groupId) ?? []
    const verdict = judge.classify({ text, role, from: sender.memberId, context: context.slice(-8), at: sentAt })
    said.set(groupId, [...context.slice(-8), { role, text, from: sender.memberId }])
    if (verdict.label === 'task') {
      const number = (tasks.get(groupId) ?? 0) + 1
      tasks.set(groupId, number)
      const by = { number, sequence: 1, messageId, memberId: sender.memberId, at: sentAt }
      const due = findDue(text, sentAt)?.due ?? null
      const opened = { type: 'opened', kind: 'task', title: '', issuerId: sender.memberId, due } as const
      events.push({ tenantId, groupId, ...by, ...opened, assigneeIds: [] })
    }
    return { ...message, role, receivedAt: sentAt, verdict, judgedBy: judge.version }
  })
  return { messages, events }
}

/** Stores corpus messages with the real judge's verdicts and the tasks that they open, as intake would have. */
async function fill(folder: string, count: number, say: (line: string) => void): Promise<void> {
  const store = await openStore({ kind: 'embedded', folder })
  try {
    const judge = loadJudge()
    const policies = await openPolicyBook(store.db, () => START)
    const by = { author: 'bench', reason: 'bench' }
    await policies.set({ tenantId: 'default', groupId: '' }, await readFile(join(ROOT, IN_FORCE), 'utf8'), by)
    const all = corpusMessages(count, 'b', 1).map((message, index) => toMessage(message, index, count))
    const groups = [...new Set(all.map(({ groupId }) => groupId))]
    const people = new Map(all.map((message) => [`${message.groupId} ${message.sender.memberId}`, message]))
    const from = performance.now()
    await store.db.transaction().execute(async (trx) => {
      await lockGroups(
        trx,
        groups.map((groupId) => ({ ...GROUP_OF, groupId, name: groupId })),
        START,
      )
      await saveMembers(
        trx,
        [...people.values()].map(({ tenantId, groupId, sender: { memberId, role = 'member' } }) => ({
          tenantId,
          groupId,
          memberId,
          name: memberId,
          role,
        })),
      )
    })
    const said = new Map<string, ContextMessage[]>()
    const tasks = new Map<string, number>()
    for (let at = 0; at < all.length; at += BATCH) {
      const { messages, events } = judged(all.slice(at, at + BATCH), judge, said, tasks)
      await store.db.transaction().execute(async (trx) => {
        await insertMessages(trx, messages)
        await appendEvents(trx, events)
      })
    }
    say(`${count} messages stored in ${((performance.now() - from) / 1000).toFixed(0)} s`)
  } finally {
    await store.close()
  }
}

/** One round: the command as an admin calls it, in a process of its own; seconds from start to end. */
async function round(folder: string, count: number): Promise<{ seconds: number; differences: number }> {
  const from = performance.now()
  const call = [join(ROOT, 'src/cli.ts'), 'backtest', '--policy', join(ROOT, TRIED), '--json']
  const { code, output } = await run(process.execPath, call, { cwd: ROOT, env: { ...process.env, DATA_DIR: folder } })
  const seconds = (performance.now() - from) / 1000
  const line = output.split('\n').find((each) => each.startsWith('{'))
  if (code !== 0 || line === undefined) throw new CodedError('BENCH_BACKTEST', `it ended with code ${code}:\n${output}`)
  const { messages, differences } = JSON.parse(line) as { messages: number; differences: number }
  if (messages !== count) throw new CodedError('BENCH_BACKTEST', `it looked at ${messages} of ${count} messages`)
  return { seconds, differences }
}

/**
 * Seconds that `backtest` takes for stored messages: the strict preset next to the standard one in force, on an embedded
 * store of corpus messages in 40 groups over two months. `bench -- backtest [--messages N] [--rounds N] [--json]`.
 */
export async function benchBacktest(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  })
  const count = Number(values.messages)
  const rounds = Number(values.rounds)
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(rounds) || rounds < 1)
    throw new CodedError('BENCH_OPTION', '--messages and --rounds are whole numbers of at least 1')
  const say = values.json ? () => undefined : (line: string) => console.log(line)
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-bench-'))
  try {
    await fill(folder, count, say)
    const all: Awaited<ReturnType<typeof round>>[] = []
    for (let number = 1; number <= rounds; number++) {
      const one = await round(folder, count)
      all.push(one)
      say(`round ${number}: ${one.seconds.toFixed(1)} s, ${one.differences} messages on which the two differ`)
    }
    const seconds = median(all.map((one) => one.seconds))
    const perSecond = Math.round(count / seconds)
    if (values.json) return console.log(JSON.stringify({ messages: count, rounds, seconds, perSecond }))
    say(
      `\n${count} messages under two policies in ${seconds.toFixed(1)} s (median of ${rounds}), ${perSecond} a second`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
