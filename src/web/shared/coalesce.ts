/**
 * Runs `task` on demand, at most once at a time: calls that come while it runs are answered by one more run after it.
 * `task` handles its own errors.
 */
export function coalesce(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let again = false
  const loop = async () => {
    try {
      do {
        again = false
        await task()
      } while (again)
    } finally {
      running = null
    }
  }
  return () => {
    if (running) again = true
    else running = loop()
    return running
  }
}
