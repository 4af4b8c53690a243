import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replayMessages, weekShift } from '../../src/web/pages/sandbox/replayMessages.ts'
import type { Transcript } from '../../src/web/pages/sandbox/types.ts'

const WEEK_MS = 7 * 86_400_000
const moment = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) })

const transcript: Transcript = {
  group: '上坪村工作群',
  domain: '乡镇街道',
  timezone: 'Asia/Shanghai',
  members: [
    { id: 'u1', name: '周强', role: 'leader' },
    { id: 'u2', name: '何秀兰', role: 'member' },
  ],
  messages: [
    { id: 'm1', at: '2026-03-09T08:00:00+08:00', from: 'u1', text: '@何秀兰 请于周五前报送名单。' },
    { id: 'm2', at: '2026-03-11T16:30:00+08:00', from: 'u2', text: '名单已报送。', replyTo: 'm1' },
  ],
}
const now = Date.parse('2026-11-23T09:00:00+08:00')
const played = () => replayMessages(transcript, { transcriptId: 'dev-9', runId: 'r7', now })

describe('a transcript moved to the present', () => {
  it('moves by whole weeks to the latest such moment that is not after now', () => {
    fc.assert(
      fc.property(moment, moment, (lastAt, at) => {
        const shift = weekShift(lastAt, at)
        expect(shift % WEEK_MS).toBeCloseTo(0)
        expect(lastAt + shift).toBeLessThanOrEqual(at)
        expect(lastAt + shift).toBeGreaterThan(at - WEEK_MS)
      }),
    )
  })

  it('keeps weekdays, times of day and distances', () => {
    expect(played().map(({ sentAt }) => sentAt)).toEqual([
      Date.parse('2026-11-16T08:00:00+08:00'),
      Date.parse('2026-11-18T16:30:00+08:00'),
    ])
  })

  it('speaks in its own group, as its own people, under ids of this run', () => {
    expect(played()[0]).toMatchObject({
      messageId: 'r7-m1',
      groupId: 'sandbox-dev-9',
      groupName: '上坪村工作群',
      sender: { memberId: 'u1', name: '周强', role: 'leader' },
    })
  })

  it('mentions who is named and quotes what is replied to', () => {
    const [first, second] = played()
    expect(first?.mentions).toEqual([{ memberId: 'u2', name: '何秀兰' }])
    expect(first).not.toHaveProperty('quote')
    expect(second?.quote).toEqual({ messageId: 'r7-m1', text: '@何秀兰 请于周五前报送名单。' })
    expect(second).not.toHaveProperty('mentions')
  })

  it('sends in order of time even where the file is not', () => {
    const backwards = { ...transcript, messages: [...transcript.messages].reverse() }
    const ids = replayMessages(backwards, { transcriptId: 'dev-9', runId: 'r7', now }).map(({ messageId }) => messageId)
    expect(ids).toEqual(['r7-m1', 'r7-m2'])
  })

  it('has nothing to send where nothing was said', () => {
    expect(replayMessages({ ...transcript, messages: [] }, { transcriptId: 'x', runId: 'r', now })).toEqual([])
  })
})
