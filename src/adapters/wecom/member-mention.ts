import { neutraliseMentions } from '../markdown.ts'
import { replaceMemberMarks } from '../member-marks.ts'

/** Page 99110 (2025-08): a user id in `<@…>`; what is none calls on nobody. */
const USER_ID = /^[\w.@-]{1,64}$/

/** Markdown of group posts: only the marks of ours call, everything quoted is neutralised. Never grows. */
export const callingMembers = (markdown: string): string =>
  replaceMemberMarks(neutraliseMentions(markdown), (memberId) =>
    USER_ID.test(memberId) && !/^@?all$/i.test(memberId) ? `<@${memberId}>` : '',
  )
