/** Waits for one of `size` places, first come first served; null where `signal` ends the wait. */
export type TakeSlot = (signal: AbortSignal) => Promise<(() => void) | null>

/** A number of places that only so many can hold at once; each is given back by calling what was handed out. */
export function createSlots(size: number): TakeSlot {
  let free = size
  const waiting = new Set<() => void>()

  const release = () => {
    const [next] = waiting
    if (next === undefined) free++
    else next()
  }
  return (signal) => {
    if (signal.aborted) return Promise.resolve(null)
    if (free > 0) {
      free--
      return Promise.resolve(release)
    }
    return new Promise((resolve) => {
      const leave = () => {
        waiting.delete(enter)
        resolve(null)
      }
      const enter = () => {
        waiting.delete(enter)
        signal.removeEventListener('abort', leave)
        resolve(release)
      }
      waiting.add(enter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}
