import type { Around } from './clause.ts'

const WAY_IN =
  '系统|通道|入口|收集表|问卷|链接|报名|申报|填报|平台|接龙|接口|投票|网站|端口|征集|窗口|账期|账套|清单|邮箱|申请'
const SHUTS =
  '(?:就要?|就会|即|将要?|将会|会|要|自动|准时|统一)*(?:关闭|关(?:了|掉|停)?(?=[,。;!?]|$)|停用|下线|锁|封|截止)'
const NAMED_BEFORE = new RegExp(`(?:${WAY_IN})[^,。;]{0,12}$`)
const OPEN_UNTIL = new RegExp(`(?:${WAY_IN}|收订|收件)[^,。;]{0,8}(?:开(?:放)?|收)?到$`)
const SHUTS_AFTER = new RegExp(`^(?:${SHUTS}|到期|结束)`)
const NAMED_AFTER = new RegExp(`^(?:(?:${WAY_IN})${SHUTS}|${SHUTS.replace('(?=[,。;!?]|$)', '')}(?:${WAY_IN}))`)
const BOOKS_CLOSE =
  /^(?:就要?|将|准时|统一)?(?:封[账库网盘存]|关账|扎账|轧账|结账|锁定|锁库|截单|截标|开标|截(?=[,。;!]|$))/

/** 收集表14日24点关闭, 25号封账, 通道开到25号: what must be handed in must be in by then. */
export const isClosing = ({ left, right }: Around): boolean =>
  BOOKS_CLOSE.test(right) ||
  NAMED_AFTER.test(right) ||
  OPEN_UNTIL.test(left) ||
  (NAMED_BEFORE.test(left) && SHUTS_AFTER.test(right))
