import { EventEmitter } from 'node:events'
import { type GroupRef, groupKey } from '../store/groups.ts'

/** Tells open pages that something of a group has changed in this process. */
export interface Changes {
  announce(group: GroupRef): void
  /** Returns how to stop listening. */
  listen(group: GroupRef, heard: () => void): () => void
  /** Called once when the server closes, so that open streams end; returns how to unsubscribe. */
  onClose(end: () => void): () => void
  close(): void
}

export function createChanges(): Changes {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)
  const CLOSE = Symbol('close')
  return {
    announce: (group) => {
      emitter.emit(groupKey(group))
    },
    listen: (group, heard) => {
      const key = groupKey(group)
      emitter.on(key, heard)
      return () => {
        emitter.off(key, heard)
      }
    },
    onClose: (end) => {
      emitter.once(CLOSE, end)
      return () => {
        emitter.off(CLOSE, end)
      }
    },
    close: () => {
      emitter.emit(CLOSE)
    },
  }
}
