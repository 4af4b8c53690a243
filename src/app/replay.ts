import type { Channel } from '../adapters/adapter.ts'
import { digestMarkdown } from '../digest/digest-markdown.ts'
import { chinaIso, DAY_MS, startOfDay, startOfWeek } from '../domain/calendar.ts'
import { CodedError } from '../domain/errors.ts'
import type { LedgerItem } from '../domain/ledger.ts'
import { mentionsIn } from '../domain/mentions-in.ts'
import type { EpochMs, GroupMessage } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import type { Transcript } from '../domain/transcript.ts'
import type { FindDue, Judge } from '../domain/verdict.ts'
import type { Effects } from '../intake/effects.ts'
import { createIntake } from '../intake/intake.ts'
import { openPolicyBook } from '../intake/policy-book.ts'
import type { Rooms } from '../intake/rooms.ts'
import { toTranscript } from '../ledger/report.ts'
import { digestFacts } from '../outbox/compose-digest.ts'
import { createCourier } from '../outbox/courier.ts'
import { postDigests } from '../outbox/post-digests.ts'
import { digestHour } from '../outbox/queue.ts'
import { openStore } from '../store/database.ts'
import { lockGroups, saveMembers } from '../store/groups.ts'
import { itemsOf } from '../store/ledger.ts'
import { createSimulatedJobs } from './simulated-jobs.ts'

const REPLAYED = { tenantId: 'replay', groupId: 'replay' }
const CHANNEL = 'replay'

/** What a replay tells: the contract of `qingqun replay`. */
export interface ReplayReport extends ReturnType<typeof toTranscript> {
  messages: {
    id: string
    label: string | null
    confidence: number
    flags: string[]
    decisions: { rule: string; action: string; to: string | null; reason: string }[]
  }[]
  posts: { at: string; text: string }[]
  privates: { at: string; to: string; text: string }[]
  digests: { at: string; kind: string; markdown: string }[]
}

export interface ReplayOptions {
  transcript: Transcript
  /** YAML. */
  policy: { source: string; fileName: string }
  judge: Judge
  findDue: FindDue
  onProgress?(done: number, total: number): void
}

function toMessage(transcript: Transcript, index: number): GroupMessage {
  const message = transcript.messages[index] as Transcript['messages'][number]
  const members = transcript.members.map(({ id, name }) => ({ memberId: id, name }))
  const sender = transcript.members.find((member) => member.id === message.from)
  const quoted = transcript.messages.find((each) => each.id === message.replyTo)
  return {
    ...REPLAYED,
    messageId: message.id,
    adapter: 'replay',
    channelId: 'replay',
    chat: 'group',
    groupName: transcript.group,
    sentAt: Date.parse(message.at),
    sender: { memberId: message.from, ...(sender ? { name: sender.name, role: sender.role } : {}) },
    kind: 'text',
    text: message.text,
    mentions: mentionsIn(message.text, members),
    addressesBot: false,
    ...(quoted ? { quote: { messageId: quoted.id, senderId: quoted.from, text: quoted.text } } : {}),
  }
}

/**
 * Sends a transcript through the real intake on a throw-away store, with a clock that is simulated: five days take a
 * second. What the bot would say is said in both modes, to nobody. The clock never runs backwards, even where the
 * transcript's does. Throws CodedError TRANSCRIPT_EMPTY (400) where nobody says anything.
 */
export async function replay({ transcript, policy, judge, findDue, onProgress }: ReplayOptions): Promise<ReplayReport> {
  if (transcript.messages.length === 0)
    throw new CodedError('TRANSCRIPT_EMPTY', '群聊记录里没有消息 (the transcript has no messages)', {
      hint: 'messages 至少要有一条。',
      status: 400,
    })
  let clock = Math.min(...transcript.messages.map((message) => Date.parse(message.at)))
  let serial = 0
  const now = () => clock
  const store = await openStore({ kind: 'embedded', folder: null })
  try {
    const { db } = store
    const report: Pick<ReplayReport, 'messages' | 'posts' | 'privates' | 'digests'> = {
      messages: [],
      posts: [],
      privates: [],
      digests: [],
    }
    const { jobs, takeDue } = createSimulatedJobs()
    const policies = await openPolicyBook(db, now)
    await policies.set({ ...REPLAYED, groupId: '' }, policy.source, {
      author: 'replay',
      reason: 'replay',
      fileName: policy.fileName,
    })
    const route = () => CHANNEL
    const rooms: Rooms = {
      judgeOf: () => judge,
      findDue,
      route,
      consequences: { observe: route, enforce: route },
      roleOf: () => null,
      now,
      newId: () => `r${++serial}`,
    }
    const channel: Channel = {
      name: CHANNEL,
      maxBytes: Number.MAX_SAFE_INTEGER,
      reaches: () => true,
      send: async ({ audience, body }) => {
        const at = chinaIso(clock)
        if (audience.kind === 'group') report.posts.push({ at, text: body })
        else report.privates.push({ at, to: audience.memberId, text: body })
        return { status: 'sent', receipt: null }
      },
    }
    const courier = createCourier({ db, jobs, channels: new Map([[CHANNEL, channel]]), now })
    const judged = new Map<string, Effects>()
    const failures: unknown[] = []
    const intake = createIntake({
      db,
      jobs,
      rooms,
      policyOf: policies.of,
      onCommitted: (_groups, effects) => {
        for (const effect of effects) judged.set(effect.stored.messageId, effect)
      },
      onJudgeFailure: ({ error }) => failures.push(error),
    })

    async function deliverDue(until: EpochMs) {
      for (let job = takeDue(until); job; job = takeDue(until)) {
        clock = Math.max(clock, job.notBefore)
        await courier.deliver(job.ref)
      }
    }
    /** Lets the time pass: what is due is said, and each day has its hour for digests. */
    async function passUntil(until: EpochMs) {
      for (let day = startOfDay(clock); day <= until; day += DAY_MS) {
        const hour = digestHour(day)
        if (hour <= clock || hour > until) continue
        await deliverDue(hour)
        clock = Math.max(clock, hour)
        for (const { kind, markdown } of await postDigests({ db, jobs, rooms, policyOf: policies.of }, clock))
          report.digests.push({ at: chinaIso(clock), kind, markdown })
      }
      await deliverDue(until)
      clock = Math.max(clock, until)
    }

    await db.transaction().execute(async (trx) => {
      const group = {
        ...REPLAYED,
        adapter: 'replay',
        channelId: 'replay',
        chat: 'group' as const,
        name: transcript.group,
      }
      await lockGroups(trx, [group], clock)
      await saveMembers(
        trx,
        transcript.members.map(({ id, name, role }) => ({ ...REPLAYED, memberId: id, name, role })),
      )
    })
    const total = transcript.messages.length
    for (let index = 0; index < total; index++) {
      const message = toMessage(transcript, index)
      await passUntil(Math.max(clock, message.sentAt))
      await intake.accept(message)
      onProgress?.(index + 1, total)
    }
    if (failures.length > 0) throw failures[0]
    const end = clock
    await passUntil(startOfWeek(end) + 7 * DAY_MS - 1)
    if (!report.digests.some((digest) => Date.parse(digest.at) >= end)) {
      const facts = await digestFacts(db, REPLAYED, 'weekly', end)
      report.digests.push({ at: chinaIso(end), kind: 'weekly', markdown: digestMarkdown(facts) })
    }

    report.messages = transcript.messages.map(({ id }) => {
      const effect = judged.get(id)
      return {
        id,
        label: effect?.stored.verdict?.label ?? null,
        confidence: effect?.stored.verdict?.confidence ?? 0,
        flags: effect?.stored.verdict?.flags ?? [],
        decisions: (effect?.decisions ?? []).map(({ rule, action, to, reason }) => ({
          rule,
          action,
          to: to === GROUP ? 'group' : to,
          reason,
        })),
      }
    })
    const items: LedgerItem[] = (await itemsOf(db, [REPLAYED], 0)).map(({ item }) => item)
    return { ...report, ...toTranscript(items) }
  } finally {
    await store.close()
  }
}
