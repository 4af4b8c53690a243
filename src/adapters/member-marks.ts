/** `{{@member}}` in a body calls on a member, whose id it names; the space after it belongs to the mark. */
const MARK = /\{\{@([^{}\s]{1,256})\}\} ?/g
const MARKABLE = /^[^{}\s]{1,256}$/

/** Calls on a member. Empty for an id that a mark cannot hold. */
export const memberMark = (memberId: string): string => (MARKABLE.test(memberId) ? `{{@${memberId}}} ` : '')

/**
 * Puts a platform's own way of calling on a member in place of each mark. Quoted words cannot hold one: `safeText`
 * leaves no `@` in them.
 */
export const replaceMemberMarks = (markdown: string, show: (memberId: string) => string): string =>
  markdown.replace(MARK, (_, memberId: string) => show(memberId))
