import type { Mention } from './mention.ts'

const AFTER_LIMIT =
  /^(?:钟|整|许|左右)*(?:\(含\)|\)| )?(?:之前|以前|前(?!后|[期往]|置)|之内|以内|内(?![部容科网])|为止|为限|止|就?截[止至稿关单]|结束前|是(?:截止|[^,。;]{0,10}最后[期时]限|最后一[天日]|底线|死线))(?:\([包不]?含[^)]{0,6}\))?/
const BEFORE_LIMIT =
  /(?:截[至止稿标](?:日期|时间)?[到至为是:]*(?:今年)?|最[迟晚](?:不[迟晚]于|不超过|到|在|于)?|至迟|不[晚迟]于|不得?超过|赶在|卡在|不得[晚迟]于|务必于|务必在|须于|应于|限于?|必须在|期限(?:为|是|到|:)?|deadline:?|ddl:?|\b(?:by|before|until|due|no later than)(?: on)?:?)[ ]?$/i

/** 过了月底就不认了. */
const isPassed = (text: string, { from, to }: Mention): boolean =>
  /过(?:了|完)?$/.test(text.slice(Math.max(0, from - 2), from)) &&
  /^(?:就|便|则)?(?:不|没|作废|无效|算|关|锁|罚)/.test(text.slice(to, to + 4))

/** 前, 内 and their like belong to the time they limit. */
export function takeLimit(text: string, mention: Mention): void {
  const after = AFTER_LIMIT.exec(text.slice(mention.to, mention.to + 16))
  if (after) mention.to += after[0].length
  const before = BEFORE_LIMIT.exec(text.slice(Math.max(0, mention.from - 12), mention.from))
  const last = mention.clock === null ? mention.parts.at(-1) : undefined
  mention.limit =
    after !== null ||
    before !== null ||
    isPassed(text, mention) ||
    last?.bound === true ||
    mention.span !== null ||
    (mention.clock === null && mention.day?.bound === true)
}
