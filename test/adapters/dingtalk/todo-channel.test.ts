import { afterEach, describe, expect, it } from 'vitest'
import { createDingtalkApp } from '../../../src/adapters/dingtalk/dingtalk-app.ts'
import { createDingtalkTodo } from '../../../src/adapters/dingtalk/todo-channel.ts'
import { createUnionIds } from '../../../src/adapters/dingtalk/union-ids.ts'
import type { TodoItem } from '../../../src/adapters/todo-channel.ts'
import { type FakeDingtalk, problem, startFakeDingtalk } from '../../platforms/fake-dingtalk.ts'

const open: FakeDingtalk[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})
async function start() {
  const fake = await startFakeDingtalk({ invalidStaff: ['gone'] })
  open.push(fake)
  const credentials = { appKey: 'ding-key', appSecret: 'ding-secret', fetch: globalThis.fetch, now: () => 0 }
  const app = createDingtalkApp({ ...credentials, baseUrl: fake.url, oapiUrl: fake.url })
  return { fake, todo: createDingtalkTodo({ channelId: 'main', app, unionIdOf: createUnionIds(app) }) }
}
const item = (changes: Partial<TodoItem> = {}): TodoItem => ({
  sourceId: 'g1:7',
  title: '报送危房排查台账',
  due: 1_700_000_000_000,
  issuerId: 'chen',
  assigneeIds: ['limei', 'zhang'],
  url: 'https://bot.example/g1/7',
  ...changes,
})

describe('DingTalk todo', () => {
  it('adds an item in the name of its issuer, quietly, and ticks it off', async () => {
    const { fake, todo } = await start()
    const added = await todo.add(item())
    expect(added).toEqual({ status: 'sent', todo: { todoId: 'task-1', ownerId: 'union/chen' } })
    expect(fake.todos.get('task-1')).toMatchObject({
      creatorId: 'union/chen',
      executorIds: ['union/limei', 'union/zhang'],
      dueTime: 1_700_000_000_000,
      detailUrl: { appUrl: 'https://bot.example/g1/7', pcUrl: 'https://bot.example/g1/7' },
      notifyConfigs: { dingNotify: '0' },
    })
    expect(await todo.complete({ todoId: 'task-1', ownerId: 'union/chen' })).toEqual({ status: 'sent' })
    expect(fake.todos.get('task-1')).toMatchObject({ done: true })
  })

  it('adds an item once however often it is asked, and asks for each person once', async () => {
    const { fake, todo } = await start()
    fake.next(
      (usual) => usual,
      (usual) => usual,
      (usual) => usual,
      (usual) => usual,
      (usual) => ({ ...usual, broken: 'cut' }),
    )
    expect(await todo.add(item())).toMatchObject({ status: 'retry' })
    expect(await todo.add(item())).toEqual({ status: 'sent', todo: null })
    expect(fake.todos.size).toBe(1)
    expect(fake.seen.filter(({ path }) => path === '/topapi/v2/user/get')).toHaveLength(3)
  })

  it('reaches only who is known by a staff id, and says who is missing', async () => {
    const { fake, todo } = await start()
    expect(todo.reaches(item())).toBe(true)
    for (const assigneeIds of [[], ['open:x'], ['limei', '$:LWCP']]) {
      expect(todo.reaches({ assigneeIds })).toBe(false)
      expect(await todo.add(item({ assigneeIds }))).toMatchObject({ code: 'DINGTALK_RECIPIENT_INVALID' })
    }
    expect(await todo.add(item({ assigneeIds: ['gone'] }))).toMatchObject({
      status: 'failed',
      code: 'DINGTALK_INVALID_USER',
    })
    expect(await todo.add(item({ issuerId: '$:LWCP' }))).toMatchObject({ todo: { ownerId: 'union/limei' } })
    fake.expireToken()
    expect(await todo.add(item({ sourceId: 'g1:8', assigneeIds: ['wang'] }))).toMatchObject({ status: 'sent' })
  })

  it('waits where the platform asks for it', async () => {
    const { fake, todo } = await start()
    await todo.add(item())
    fake.next(problem('todo.taskCreate.flowControlError'))
    expect(await todo.add(item({ sourceId: 'g1:9' }))).toMatchObject({ status: 'retry', code: 'DINGTALK_RATE_LIMITED' })
  })
})
