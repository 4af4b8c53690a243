import { z } from 'zod'
import type { Clock } from '../../../domain/message.ts'
import { shortened } from '../../text.ts'
import type { WecomApp } from '../wecom-app.ts'
import { createNameBook } from './name-book.ts'

/** Names of what records tell by id alone; undefined until it is known, or where it cannot be. */
export interface ArchiveNames {
  room(roomId: string): string | undefined
  member(userId: string): string | undefined
}

export interface ArchiveNamesOptions {
  /** With the secret of 会话内容存档. */
  archive: Pick<WecomApp, 'post'>
  /** A self-built app, which knows the members it is visible to; without one they keep their ids. */
  app: Pick<WecomApp, 'get'> | null
  now: Clock
  signal: AbortSignal
}

const roomSchema = z.looseObject({ roomname: z.string().min(1) })
const userSchema = z.looseObject({ name: z.string().min(1) })
/** Outside contacts and robots are no members (page 91774, 2026-03). */
const NO_MEMBER = /^w[mob][\w-]{20,}$/

/**
 * Names from msgaudit/groupchat/get (page 92951, 2026; groups without outside contacts) and user/get (page 90196, 2026;
 * members whom the app is visible to). Whatever is refused leaves the id in the name's place.
 */
export function createArchiveNames({ archive, app, now, signal }: ArchiveNamesOptions): ArchiveNames {
  const room = createNameBook({
    async ask(roomid) {
      const asked = await archive.post('msgaudit/groupchat/get', { roomid })
      const name = 'refused' in asked ? undefined : roomSchema.safeParse(asked.answer).data?.roomname.trim()
      return name ? shortened(name, 256) : undefined
    },
    now,
    signal,
  })
  if (app === null) return { room, member: () => undefined }
  const member = createNameBook({
    async ask(userid) {
      const asked = await app.get('user/get', { userid })
      const name = 'refused' in asked ? undefined : userSchema.safeParse(asked.answer).data?.name.trim()
      return name ? shortened(name, 256) : undefined
    },
    now,
    signal,
  })
  return { room, member: (userId) => (NO_MEMBER.test(userId) ? undefined : member(userId)) }
}
