import type { Mention } from './mention.ts'

const RANGE = /^(?:\)?(?:起|开始)?,?(?:至|到|-|直到|截至|截止到?|止到|一直[到至])(?:第二天)?)$/

/** 周四、周五两天: as 今明两天, the last day named. */
const isPair = (text: string, first: Mention, second: Mention) => {
  const between = text.slice(first.to, second.from)
  if (/^开始[,、]$/.test(between)) return /结束|截[至止]|止/.test(text.slice(second.to - 2, second.to + 2))
  return /^[、和及,]?$/.test(between) && /^这?[两二三四2-4]天/.test(text.slice(second.to, second.to + 3))
}

/** Joins the two ends of each range into one mention. */
export function joinRanges(text: string, mentions: Mention[]): Mention[] {
  const joined: Mention[] = []
  for (const mention of mentions) {
    const last = joined.at(-1)
    const hours = last?.end?.clock && mention.day === null && mention.clock !== null
    if (last?.end && hours && RANGE.test(text.slice(last.end.to, mention.from))) {
      // 周一至周五9:00-17:00 ends when its last day's hours end.
      last.end = { ...last.end, clock: mention.clock, parts: mention.parts, to: mention.to }
      continue
    }
    if (
      last &&
      last.end === null &&
      last.span === null &&
      mention.span === null &&
      (RANGE.test(text.slice(last.to, mention.from)) || isPair(text, last, mention))
    ) {
      last.end = mention
      last.limit = mention.limit
    } else joined.push(mention)
  }
  return joined.reduce<Mention[]>((kept, mention) => {
    const first = kept.at(-1)?.end
    const second = mention.end
    // 8:30-11:30,14:00-17:00 is one range with a pause.
    if (
      first?.clock &&
      second?.clock &&
      mention.day === null &&
      /^[,、和及; ]$/.test(text.slice(first.to, mention.from))
    )
      Object.assign(first, { clock: second.clock, parts: second.parts, to: second.to })
    else kept.push(mention)
    return kept
  }, [])
}
