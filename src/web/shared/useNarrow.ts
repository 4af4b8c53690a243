import { onScopeDispose, type Ref, ref } from 'vue'

/** True while the window is too narrow for columns side by side; the same width as in the style sheets. */
export function useNarrow(): Ref<boolean> {
  const query = window.matchMedia('(max-width: 900px)')
  const narrow = ref(query.matches)
  const follow = () => {
    narrow.value = query.matches
  }
  query.addEventListener('change', follow)
  onScopeDispose(() => query.removeEventListener('change', follow))
  return narrow
}
