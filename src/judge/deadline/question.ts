import type { Around } from './clause.ts'

const ASKED =
  /几点|几号|什么时候|啥时候|何时|哪天|哪一天|多久|谁(?:在|有|去|来|能|要|想|还)|有没有[空人]|(?<!所)有人[^,]{0,20}[吗没不]$|是几|对吗|是不是/
const YES_OR_NO = /(?:吗|么|没有?|不)$|是[^,]{0,12}还是/
/** 周五前能给吗 is a polite demand. */
const POLITE = /能|可以|可否|行|方便|好吗|麻烦|请|帮/

/** 周五几点开会? asks for a time instead of setting one. */
export function isQuestion({ clause, question }: Around, strong: boolean): boolean {
  if (strong) return false
  if (ASKED.test(clause)) return true
  return (/吗(?:$|还是)/.test(clause) || (question && YES_OR_NO.test(clause))) && !POLITE.test(clause)
}
