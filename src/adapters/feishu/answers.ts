import type { GroupMessage } from '../../domain/message.ts'
import type { Receipt, Timing } from '../adapter.ts'
import type { FeishuSender } from './app-channel.ts'

/** Says in reply what a receipt holds; it neither waits nor throws. */
export type Answer = (message: GroupMessage, receipt: Receipt | undefined) => void

export interface FeishuAnswersOptions {
  send: FeishuSender
  timing: Timing
  signal: AbortSignal
  /** An answer could not be said. Must not throw. */
  onFailure?: (failure: { channelId: string; code: string; hint: string }) => void
}

const ATTEMPTS = 4
const FIRST_WAIT_MS = 2_000
/** After a repeated delivery the answer is said again only while the platform still drops the repetition. */
const WORTH_MS = 30 * 60_000

/** Answers by reply (im-v1/message/reply.md): the response to an event carries none. */
export function createFeishuAnswers({ send, timing, signal, onFailure }: FeishuAnswersOptions): Answer {
  async function say(message: GroupMessage, body: string): Promise<void> {
    const { groupId, messageId, channelId } = message
    const path = `/im/v1/messages/${encodeURIComponent(messageId)}/reply`
    for (let attempt = 1; ; attempt++) {
      const result = await send({ key: groupId, path, body, id: `answer-${messageId}` })
      if (result.status === 'sent') return
      if (result.status !== 'retry' || attempt === ATTEMPTS || signal.aborted) {
        onFailure?.({ channelId, code: result.code, hint: result.hint })
        return
      }
      await timing.sleep(Math.max(result.afterMs ?? 0, FIRST_WAIT_MS * 2 ** attempt), signal)
    }
  }

  return (message, receipt) => {
    const body = receipt?.answers.join('\n\n') ?? ''
    if (body === '' || (receipt?.duplicate && timing.now() - message.sentAt > WORTH_MS)) return
    say(message, body).catch(() => {
      onFailure?.({ channelId: message.channelId, code: 'FEISHU_ANSWER_FAILED', hint: '回复没有发出,请查看日志' })
    })
  }
}
