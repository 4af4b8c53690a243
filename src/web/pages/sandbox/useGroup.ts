import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import { coalesce } from '../../shared/coalesce.ts'
import { ApiError, getGroup, openEvents } from './sandboxApi.ts'
import type { GroupState } from './types.ts'

/** After a closed event stream (a server that restarts) it is opened again so much later. */
const REOPEN_MS = 2_000

/** The state of the chosen group, kept live by its event stream; null until it is read. */
export function useGroup(groupId: Ref<string>) {
  const state = shallowRef<GroupState | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = ref(true)
  /** Counts the reloads, for what depends on the group and is loaded elsewhere. */
  const revision = ref(0)

  const refresh = coalesce(async () => {
    const wanted = groupId.value
    const result = await getGroup(wanted).catch((cause: unknown) => {
      if (cause instanceof ApiError) return cause
      throw cause
    })
    if (wanted !== groupId.value) return
    if (!(result instanceof ApiError)) {
      state.value = result
      error.value = null
    } else {
      error.value = result
    }
    loading.value = false
    revision.value += 1
  })

  let events: EventSource | null = null
  let reopen: ReturnType<typeof setTimeout> | undefined
  function close() {
    clearTimeout(reopen)
    events?.close()
    events = null
  }
  function listen() {
    close()
    const source = openEvents(groupId.value)
    source.addEventListener('open', refresh)
    source.addEventListener('change', refresh)
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) reopen = setTimeout(listen, REOPEN_MS)
    })
    events = source
  }

  watch(
    groupId,
    () => {
      state.value = null
      error.value = null
      loading.value = true
      listen()
      void refresh()
    },
    { immediate: true },
  )
  onScopeDispose(close)

  return { state, error, loading, revision, refresh }
}
