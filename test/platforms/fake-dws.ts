/**
 * Stands in for `dws event consume … -f ndjson`: runs the steps of its argument as a process of its own, as
 * the CLI's event-subprocess-contract describes one. Started by the tests, never imported.
 */
type Step =
  | { out: string }
  | { error: string }
  /** Waits for the end of standard input, then leaves as the CLI does. */
  | { listen: true }
  /** Neither the end of standard input nor SIGTERM makes it leave. */
  | { deaf: true }
  | { exit: number }

const steps: Step[] = JSON.parse(process.argv[2] ?? '[]')
const say = (stream: NodeJS.WriteStream, text: string) => new Promise<void>((done) => stream.write(text, () => done()))

for (const step of steps) {
  if ('out' in step) await say(process.stdout, step.out)
  if ('error' in step) await say(process.stderr, step.error)
  if ('exit' in step) process.exit(step.exit)
  if ('deaf' in step) {
    process.on('SIGTERM', () => {})
    setInterval(() => {}, 60_000)
    process.stdin.resume()
    await new Promise(() => {})
  }
  if ('listen' in step) {
    await new Promise((resolve) => {
      process.stdin.on('end', resolve)
      process.stdin.resume()
    })
    await say(process.stderr, '[event] exited — received 0 event(s) in 1s (reason: signal)\n')
    process.exit(0)
  }
}
