import { ATTEND } from './attend.ts'
import type { Around } from './clause.ts'

const SELF =
  /(?:^|[,。;!?\s])(?:我|本人|我们|俺|我这边|我们这边|我处|我科|我办)(?![县市区镇乡村局院校司行部队街省州厅])[^,。;]{0,8}$/

const GIVES_ME = /(?:给|报|发|找|交|传|告诉|叫|跟|到|向|联系|替|帮|让|通知|回复|私|提醒)我(?:们|这|处|办|科)?[^,]{0,8}$/

const RELAYED = /(?:说好?|讲|约了?|答应|表示|听说|反映|回复|告诉我|师傅|厂家|供应商|客户|对方)[^,]{0,5}$/

/** 局里4点要: what somebody above wants by then is the sender's affair. */
const SUPERIOR = /(?:[局县市区省镇厅部院校]里|上面|上级|总部|集团|领导|老板|客户)[^,]{0,4}$/

/** 供货商承诺20日前发齐: what a third party promises binds nobody here. */
const PROMISED =
  /(?:商|厂家?|厂里|客户|对方|师傅|[他她它]们?|中介|快递|物流|[甲乙]方|施工方|业主|房东|公司|银行|医生)[^,。;]{0,4}(?:承诺|保证|答应|答复|回复|回话|表示)[^,。;]{0,3}$/

export const isPromised = ({ left }: Around): boolean => PROMISED.test(left)

/** The speaker's own duty or what somebody else has said: the readers' only where they are given no other time. */
export function isOwn({ left, right }: Around, strong: boolean): boolean {
  const together = /(?:我|咱)们?[^,]{0,4}$/.test(left) && /们|咱/.test(left) && ATTEND.test(right)
  if (SELF.test(left) && !GIVES_ME.test(left) && !together) return true
  if (strong) return false
  if (SUPERIOR.test(left) && /^就?要/.test(right)) return true
  const mine = /^(?:我|我们)(?![县市区镇乡村局院校司])/.test(right)
  return (mine && !/^我们?(?:要(?:用|看|收|带|的)|来收|收)/.test(right)) || RELAYED.test(left)
}
