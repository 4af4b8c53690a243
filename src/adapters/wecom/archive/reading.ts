import { MAX_RECORDS } from './constants.ts'
import { type Batch, type BatchReader, type Pulled, pullRecords, readPulled } from './read-batch.ts'

/** Batches beyond the one that is being stored: one is opened on the threads while another is pulled. */
const AHEAD = 2

/** Reads batch after batch, ahead of whoever stores them. */
export interface Reading {
  /**
   * The batch after `seq`: what was read ahead, else at most `limit` records that are pulled now. `seq` is that of the
   * batch before, unless `drop` was called. Rejects with an error of `faultError`.
   */
  next(seq: bigint, limit: number): Promise<Batch>
  /** Forgets what was read ahead; resolves when none of it is at work any more. */
  drop(): Promise<void>
}

interface Stage {
  pulled: Promise<Pulled>
  batch: Promise<Batch>
  /** The one behind it has been begun. */
  followed: boolean
}

export function createReading(reader: BatchReader): Reading {
  let line: Stage[] = []

  function begin(seq: bigint, limit: number): Stage {
    const pulled = pullRecords(reader, seq, limit)
    const batch = pulled.then((records) => readPulled(reader, records))
    // Looked at when its turn comes.
    batch.catch(() => undefined)
    return { pulled, batch, followed: false }
  }

  /** Begins the stages behind this one for as long as more is waiting and the line has room. */
  async function extend(last: Stage, into: Stage[]): Promise<void> {
    const { records, full } = await last.pulled
    const seq = records.at(-1)?.seq
    if (into !== line || last.followed || !full || seq === undefined || line.length >= AHEAD) return
    last.followed = true
    const stage = begin(seq, MAX_RECORDS)
    line.push(stage)
    await extend(stage, into)
  }

  return {
    next(seq, limit) {
      const stage = line.shift() ?? begin(seq, limit)
      // A failure is that of the stage itself, which whoever asks for its batch hears of.
      extend(line.at(-1) ?? stage, line).catch(() => undefined)
      return stage.batch
    },
    async drop() {
      const dropped = line
      line = []
      await Promise.allSettled(dropped.map(({ batch }) => batch))
    },
  }
}
