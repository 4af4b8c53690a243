import { shortened } from '../text.ts'

/**
 * The group id of a member's private conversation with the 智能机器人, or with an app where `place` says so: no user id
 * holds a colon. A user id is one whatever its case (member API page), so the conversation it names is, too.
 */
export const privateGroupOf = (userId: string, place: '' | 'app:' = ''): string =>
  shortened(`single:${place}${userId.toLowerCase()}`, 256)
