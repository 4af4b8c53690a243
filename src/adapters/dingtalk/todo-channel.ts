import { z } from 'zod'
import { harmlessToRepeat, type Refused } from '../http-client.ts'
import type { TodoChannel, TodoItem } from '../todo-channel.ts'
import { OPEN_ID_PREFIX } from './constants.ts'
import type { DingtalkApp } from './dingtalk-app.ts'
import { unreadable } from './error-code.ts'
import type { UnionId } from './union-ids.ts'

/** API/0793: characters of a subject, executors of one item. */
const MAX_SUBJECT = 1024
const MAX_EXECUTORS = 100

const addedSchema = z.looseObject({ id: z.string().min(1) })

/**
 * DingTalk's 待办 (API/0793, API/0796). An item cannot be ticked off in the list itself: whoever opens it is led to its
 * address, and the bot ticks it off when the ledger closes it. `sourceId` makes a repetition harmless.
 */
export function createDingtalkTodo(options: {
  channelId: string
  app: DingtalkApp
  unionIdOf: (staffId: string) => Promise<UnionId>
}): TodoChannel {
  const { channelId, app, unionIdOf } = options

  async function peopleOf(item: TodoItem): Promise<{ ownerId: string; executorIds: string[] } | { refused: Refused }> {
    const executorIds: string[] = []
    for (const memberId of item.assigneeIds.slice(0, MAX_EXECUTORS)) {
      const found = await unionIdOf(memberId)
      if ('refused' in found) return found
      executorIds.push(found.unionId)
    }
    // The issuer may be known by an encrypted id alone; then the first who has to do it stands in.
    const owner = isStaffId(item.issuerId) ? await unionIdOf(item.issuerId) : { unionId: executorIds[0] ?? '' }
    return 'refused' in owner ? owner : { ownerId: owner.unionId, executorIds }
  }

  return {
    name: `dingtalk-todo:${channelId}`,
    reaches: ({ assigneeIds }) => assigneeIds.length > 0 && assigneeIds.every(isStaffId),
    async add(item) {
      if (item.assigneeIds.length === 0 || !item.assigneeIds.every(isStaffId)) {
        const hint = '没有办理人的员工 userid,无法添加待办'
        return { status: 'failed', code: 'DINGTALK_RECIPIENT_INVALID', hint }
      }
      const people = await peopleOf(item)
      if ('refused' in people) return harmlessToRepeat(people.refused)
      const { ownerId, executorIds } = people
      const owner = encodeURIComponent(ownerId)
      const answer = await app.call({
        method: 'POST',
        path: '/v1.0/todo/users/tasks',
        url: `/v1.0/todo/users/${owner}/tasks?operatorId=${owner}`,
        json: {
          sourceId: item.sourceId,
          subject: Array.from(item.title).slice(0, MAX_SUBJECT).join(''),
          creatorId: ownerId,
          executorIds,
          ...(item.due === null ? {} : { dueTime: item.due }),
          detailUrl: { appUrl: item.url, pcUrl: item.url },
          isOnlyShowExecutor: true,
          // No ringing beside the list itself.
          notifyConfigs: { dingNotify: '0' },
        },
      })
      if ('refused' in answer) {
        const exists = answer.refused.code === 'DINGTALK_TODO_EXISTS'
        return exists ? { status: 'sent', todo: null } : harmlessToRepeat(answer.refused)
      }
      const added = addedSchema.safeParse(answer.json).data
      return added === undefined
        ? harmlessToRepeat(unreadable(200))
        : { status: 'sent', todo: { todoId: added.id, ownerId } }
    },
    async complete({ todoId, ownerId }) {
      const owner = encodeURIComponent(ownerId)
      const answer = await app.call({
        method: 'PUT',
        path: '/v1.0/todo/users/tasks',
        url: `/v1.0/todo/users/${owner}/tasks/${encodeURIComponent(todoId)}?operatorId=${owner}`,
        json: { done: true },
      })
      return 'refused' in answer ? harmlessToRepeat(answer.refused) : { status: 'sent' }
    },
  }
}

const isStaffId = (memberId: string): boolean => !memberId.startsWith('$:') && !memberId.startsWith(OPEN_ID_PREFIX)
