import { safeText } from '../domain/safe-text.ts'

const LONGEST_NAME = 30

/** A group as a sentence names it, safe inside markdown. */
export const groupTitle = ({ name, groupId }: { name: string | null; groupId: string }): string =>
  `「${safeText(name ?? '', LONGEST_NAME) || `未命名的群 ${safeText(groupId, LONGEST_NAME)}`}」`
