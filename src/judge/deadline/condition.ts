import type { Around } from './clause.ts'

const IF = /(?:如果|假如|倘若|假使|万一|一旦|要是|若(?!干)|如(?=遇|仍|还|未|有|需|不|下雨))[^,]*$/
/** What follows 就 is no longer the condition. */
const THEN = /(?:就|则|那么?|请|务必|必须|最[迟晚])[^,]*$/
const RAIN_CHECK =
  /(?:遇|逢|碰上|下)(?:到|上|大)?[^,。;]{0,4}(?:雨|雪|雷|台风|大风|恶劣天气|天气不好|特殊情况)[^,。;]{0,6}(?:的话|就|则|即)?,?(?:就|则)?(?:改|调整|顺延|推迟|延期?|移|挪|推)(?:到|至|为|在)?$/

/** 如果周三还没到货; 如遇下雨改到周日: a time that only counts in a case which may not come. */
export const isConditional = ({ left, before }: Around): boolean =>
  (IF.test(left) && !THEN.test(left)) || RAIN_CHECK.test(before)
