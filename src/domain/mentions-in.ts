import type { Mention } from './message.ts'

interface Named {
  memberId: string
  name: string
}

/** The names a member may be called by: the whole one, and the part after the unit in `柳河村-张大勇`. */
const callNames = ({ name }: Named): string[] => {
  const person = name.split(/[-—·\s]/).at(-1) ?? ''
  return person.length >= 2 && person !== name ? [name, person] : [name]
}

/**
 * Who is addressed with `@name` in a text, each once, in order of appearance.
 * At each `@` the longest name that fits wins, so that `@张三丰` is not `@张三`.
 */
export function mentionsIn(text: string, members: readonly Named[]): Mention[] {
  const candidates: { call: string; key: string; mention: Mention }[] = members.flatMap((member) =>
    callNames(member).map((call) => ({
      call,
      key: `member ${member.memberId}`,
      mention: { memberId: member.memberId, name: member.name },
    })),
  )
  for (const call of ['所有人', '全体成员']) candidates.push({ call, key: 'everyone', mention: { everyone: true } })
  candidates.sort((a, b) => b.call.length - a.call.length)

  const found = new Map<string, Mention>()
  for (const { index } of text.matchAll(/[@\uFF20]/g)) {
    const match = candidates.find(({ call }) => text.startsWith(call, index + 1))
    if (match && !found.has(match.key)) found.set(match.key, match.mention)
  }
  return [...found.values()]
}
