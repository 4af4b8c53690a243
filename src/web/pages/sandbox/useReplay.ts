import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { newId } from './newId.ts'
import { replayMessages } from './replayMessages.ts'
import { ApiError, getTranscript, sendMessage } from './sandboxApi.ts'
import type { SandboxInfo } from './types.ts'

export const SPEEDS = [
  { value: 'slow', text: '慢', pauseMs: 800, testId: 'speed-slow' },
  { value: 'brisk', text: '快', pauseMs: 120, testId: 'speed-brisk' },
  { value: 'full', text: '全速', pauseMs: 0, testId: 'speed-full' },
] as const
export type Speed = (typeof SPEEDS)[number]['value']

export interface ReplayProgress {
  transcriptId: string
  sent: number
  total: number
  state: 'playing' | 'ended' | 'stopped' | 'failed'
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Plays one transcript at a time: message after message, each acknowledged before the next is sent. */
export function useReplay(info: SandboxInfo, onSent: () => void) {
  const speed = ref<Speed>('brisk')
  const progress = ref<ReplayProgress | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const playing = computed(() => progress.value?.state === 'playing')
  let abort: AbortController | null = null

  const pauseMs = () => SPEEDS.find(({ value }) => value === speed.value)?.pauseMs ?? 0

  async function play(transcriptId: string) {
    if (playing.value) return
    abort = new AbortController()
    const { signal } = abort
    const run: ReplayProgress = { transcriptId, sent: 0, total: 0, state: 'playing' }
    const show = (change: Partial<ReplayProgress>) => {
      progress.value = { ...Object.assign(run, change) }
    }
    show({})
    error.value = null
    try {
      const transcript = await getTranscript(transcriptId)
      const messages = replayMessages(transcript, { transcriptId, runId: newId(), now: Date.now() })
      show({ total: messages.length })
      for (const message of messages) {
        if (signal.aborted) break
        await sendMessage(info, message)
        show({ sent: run.sent + 1 })
        onSent()
        if (pauseMs() > 0) await pause(pauseMs(), signal)
      }
      show({ state: run.sent === messages.length ? 'ended' : 'stopped' })
    } catch (cause) {
      show({ state: 'failed' })
      if (!(cause instanceof ApiError)) throw cause
      error.value = cause
    }
  }

  const stop = () => abort?.abort()
  onScopeDispose(stop)
  return { speed, progress, playing, error, play, stop }
}
