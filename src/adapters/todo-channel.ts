import type { EpochMs } from '../domain/message.ts'
import type { Refused } from './http-client.ts'

/** An item for somebody's list of things to do. */
export interface TodoItem {
  /** The same for every attempt; the platform keeps one item for each. */
  sourceId: string
  title: string
  due: EpochMs | null
  /** Who set the task. */
  issuerId: string
  /** At least one. */
  assigneeIds: readonly string[]
  /** Where the item is shown and closed. */
  url: string
}

/** Where an item stands on the platform. */
export interface TodoRef {
  todoId: string
  /** Under whose name it was set, as the platform calls that person. */
  ownerId: string
}

/** A way to put items on members' lists. Nothing is thrown for what a platform answers. */
export interface TodoChannel {
  readonly name: string
  reaches(item: Pick<TodoItem, 'assigneeIds'>): boolean
  /** `todo` is null where it was added before. */
  add(item: TodoItem): Promise<{ status: 'sent'; todo: TodoRef | null } | Refused>
  /** Ticks it off for everybody. */
  complete(todo: TodoRef): Promise<{ status: 'sent' } | Refused>
}
