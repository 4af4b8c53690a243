import { PassThrough } from 'node:stream'
import Router from '@koa/router'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { DAY_MS } from '../../../domain/calendar.ts'
import { CodedError } from '../../../domain/errors.ts'
import type { Clock } from '../../../domain/message.ts'
import type { Transcript } from '../../../domain/transcript.ts'
import type { PolicyBook } from '../../../intake/policy-book.ts'
import { composeDigest } from '../../../outbox/compose-digest.ts'
import { enforcedFrom } from '../../../policy/edit-policy.ts'
import { withMode } from '../../../policy/with-mode.ts'
import { lastSentAt } from '../../../store/messages.ts'
import type { Tables } from '../../../store/tables.ts'
import type { Changes } from '../../changes.ts'
import { readBody } from '../../read-body.ts'
import { groupView } from './group-view.ts'
import { SANDBOX_CHANNEL, SANDBOX_TENANT, type SandboxGroup, TRY_OUT_GROUP } from './sandbox-groups.ts'

const KEEP_ALIVE_MS = 20_000
const modeSchema = z.strictObject({ mode: z.enum(['observe', 'enforce']) })
const periodSchema = z.enum(['day', 'week'])

export interface SandboxApiOptions {
  db: Kysely<Tables>
  policies: PolicyBook
  transcripts: ReadonlyMap<string, Transcript>
  groups: readonly SandboxGroup[]
  changes: Changes
  /** What the page signs its messages with; made anew at every start. */
  secret: string
  now: Clock
}

const daysOf = (transcript: Transcript) => new Set(transcript.messages.map((message) => message.at.slice(0, 10))).size

/** `/api/sandbox`: what the sandbox page reads and sets. Mounted only where the sandbox is open. */
export function sandboxRoutes({ db, policies, transcripts, groups, changes, secret, now }: SandboxApiOptions): Router {
  const router = new Router({ prefix: '/api/sandbox' })

  const known = new Map(groups.map((group) => [group.groupId, { tenantId: SANDBOX_TENANT, ...group }]))
  function groupOf(groupId: string | undefined): SandboxGroup & { tenantId: string } {
    const group = known.get(groupId ?? '')
    if (!group) throw new CodedError('GROUP_UNKNOWN', '没有这个体验群', { status: 404, hint: '请从体验页面进入。' })
    return group
  }

  /** The digest of the period of the last message: a replayed week may lie a little in the past. */
  const digestTime = async (group: SandboxGroup & { tenantId: string }) =>
    Math.min(now(), ((await lastSentAt(db, group)) ?? now()) + DAY_MS)

  router.get('/', (ctx) => {
    ctx.body = {
      secret,
      channelId: SANDBOX_CHANNEL,
      groups: [TRY_OUT_GROUP],
      transcripts: [...transcripts].map(([id, transcript]) => ({
        id,
        group: transcript.group,
        domain: transcript.domain,
        messages: transcript.messages.length,
        days: daysOf(transcript),
      })),
    }
  })
  router.get('/transcripts/:id', (ctx) => {
    const transcript = transcripts.get(ctx.params.id ?? '')
    if (!transcript) throw new CodedError('TRANSCRIPT_UNKNOWN', '没有这份群聊记录', { status: 404 })
    ctx.body = transcript
  })
  router.get('/groups/:groupId', async (ctx) => {
    const group = groupOf(ctx.params.groupId)
    ctx.body = await groupView(db, group, policies.of(group), now())
  })
  router.get('/groups/:groupId/digest', async (ctx) => {
    const group = groupOf(ctx.params.groupId)
    const period = periodSchema.safeParse(ctx.query.period ?? 'week')
    if (!period.success) throw new CodedError('PERIOD_INVALID', 'period 只能是 day 或 week', { status: 400 })
    const kind = period.data === 'day' ? 'daily' : 'weekly'
    ctx.body = { markdown: await composeDigest(db, group, kind, await digestTime(group)) }
  })
  router.put('/groups/:groupId/mode', async (ctx) => {
    const group = groupOf(ctx.params.groupId)
    const body = modeSchema.safeParse(parseJson(await readBody(ctx.req)))
    if (!body.success) throw new CodedError('MODE_INVALID', 'mode 只能是 observe 或 enforce', { status: 400 })
    const { mode } = body.data
    const source = policies.sourceOf(group)
    const changed = mode === 'enforce' ? enforcedFrom(source) : withMode(source, mode)
    await policies.set(group, changed, { author: 'sandbox', reason: `改为 ${mode}` })
    changes.announce(group)
    ctx.body = { mode }
  })
  router.get('/groups/:groupId/events', async (ctx) => {
    const group = groupOf(ctx.params.groupId)
    const stream = new PassThrough()
    const stop = changes.listen(group, () => stream.write('event: change\ndata: {}\n\n'))
    const keepAlive = setInterval(() => stream.write(': still here\n\n'), KEEP_ALIVE_MS)
    const end = () => {
      stop()
      unsubscribe()
      clearInterval(keepAlive)
      stream.end()
    }
    const unsubscribe = changes.onClose(end)
    ctx.res.once('close', end)
    ctx.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
    stream.write('event: change\ndata: {}\n\n')
    ctx.body = stream
  })
  return router
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
