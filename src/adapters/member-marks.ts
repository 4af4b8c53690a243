/** `{{@member}}` in a body calls on a member, whose id it names; the space after it belongs to the mark. */
const MARK = /\{\{@([^{}\s]{1,256})\}\} ?/g

/**
 * Puts a platform's own way of calling on a member in place of each mark. Quoted words cannot hold one: `safeText`
 * leaves no `@` in them.
 */
export const replaceMemberMarks = (markdown: string, show: (memberId: string) => string): string =>
  markdown.replace(MARK, (_, memberId: string) => show(memberId))
