import type { Suggestion } from './suggestion.ts'

/** As many points as a private note makes; what is left over is told in another week. */
const MOST_POINTS = 10
/** As many incomplete registrations as are named; the others are counted. */
const MOST_NAMED = 10

const GREETING =
  '您好,清群每周看一遍各群的动静和登记,有几条供您参考。办不办、什么时候办由您定;机器人不会解散或合并任何群。'
const CLOSING = '同一件事一个月最多提一次,提过三次不再提。登记或更正请找管理清群的同事(命令是 qingqun groups)。'

function registryPoint(incomplete: readonly Suggestion[]): string {
  const named = incomplete.slice(0, MOST_NAMED).map(({ reason }) => reason)
  const more =
    incomplete.length > MOST_NAMED ? `;另有 ${incomplete.length - MOST_NAMED} 个群,用 qingqun groups 可看全部` : ''
  return `有 ${incomplete.length} 个群登记不全:${named.join(';')}${more}。`
}

/**
 * One private note for all that one person is to be told, as markdown, and what of it is told. Registrations make one
 * point together.
 */
export function suggestionNote(suggestions: readonly Suggestion[]): { body: string; told: Suggestion[] } {
  const incomplete = suggestions.filter(({ check }) => check === 'registry')
  const own = suggestions.filter(({ check }) => check !== 'registry')
  const said = own.slice(0, incomplete.length > 0 ? MOST_POINTS - 1 : MOST_POINTS)
  const points = said.map(({ reason }) => reason)
  if (incomplete.length > 0) points.push(registryPoint(incomplete))
  const lines = points.map((point, index) => `${index + 1}. ${point}`)
  return { body: [GREETING, '', ...lines, '', CLOSING].join('\n'), told: [...said, ...incomplete] }
}
