import { mentionsIn } from '../../../domain/mentions-in.ts'
import type { SandboxMessage, Transcript } from './types.ts'

const WEEK_MS = 7 * 86_400_000

/** The id of the sandbox group that a transcript plays into. */
export const replayGroupId = (transcriptId: string): string => `sandbox-${transcriptId}`

/**
 * How far to move a transcript in time, in whole weeks, so that weekdays and times of day stay as they were:
 * its last message falls on the latest such moment that is not after `now`. Negative for one that lies in the future.
 */
export const weekShift = (lastAt: number, now: number): number => Math.floor((now - lastAt) / WEEK_MS) * WEEK_MS

/** A transcript as the messages to send, oldest first; `runId` keeps the ids of two runs apart. */
export function replayMessages(
  transcript: Transcript,
  { transcriptId, runId, now }: { transcriptId: string; runId: string; now: number },
): SandboxMessage[] {
  const members = transcript.members.map(({ id, name, role }) => ({ memberId: id, name, role }))
  const memberOf = new Map(members.map((member) => [member.memberId, member]))
  const textOf = new Map(transcript.messages.map(({ id, text }) => [id, text]))
  const times = transcript.messages.map(({ at }) => Date.parse(at))
  const shift = times.length ? weekShift(Math.max(...times), now) : 0

  return transcript.messages
    .map((message, index) => ({ message, sentAt: (times[index] ?? 0) + shift }))
    .sort((a, b) => a.sentAt - b.sentAt)
    .map(({ message: { id, from, text, replyTo }, sentAt }) => {
      const mentions = mentionsIn(text, members)
      const quoted = replyTo ? textOf.get(replyTo) : undefined
      return {
        messageId: `${runId}-${id}`,
        groupId: replayGroupId(transcriptId),
        groupName: transcript.group,
        sentAt,
        sender: memberOf.get(from) ?? { memberId: from, name: from, role: 'member' },
        text,
        ...(mentions.length > 0 && { mentions }),
        ...(replyTo && quoted !== undefined && { quote: { messageId: `${runId}-${replyTo}`, text: quoted } }),
      }
    })
}
