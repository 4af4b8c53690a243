import type { Candidate } from './candidates.ts'
import { withoutCourtesies } from './greeting.ts'

const CHANGED_TO =
  /(?:改|调整|延期?|推迟|提前|挪|顺延|变更|延长|延后|换|推|定|放宽|展期|提早|往后推|缩短|压缩|错后)(?:时间|期限)?(?:为|到|至|成|在)了?$/
const NOT_BUT =
  /(?:不是|而不是|并非|别记成|非|不再是|原定于?|原计划于?|原来(?:是|定|说)?的?|本来是?|之前(?:说|定)的?是?|原(?:通知|时间)?为?|原)$/
const IN_PRINCIPLE = /(?:原则上|争取|力争|尽量|最好|尽可能|理想|目标是?|建议)[^,。;]{0,6}$/
const AT_LATEST = /(?:最迟|最晚|至迟|不晚于|不迟于|不得晚于|不得迟于|底线|再晚|实在不行)[^,。;]{0,4}$/
const PREFERRED = /(?:最好|更好|为佳|最理想)$/

/** The new time replaces what was said before it; what is denied or was once planned does not count. */
function withoutReplaced(all: readonly Candidate[]): Candidate[] {
  let kept = all.filter(({ near }) => !NOT_BUT.test(near.left))
  if (kept.length === 0) kept = [...all]
  const changed = kept.findIndex(({ near }) => CHANGED_TO.test(near.left) && !/定(?:在|为|到)$/.test(near.left))
  const target = kept[changed]
  if (target) kept = kept.filter((one, i) => i >= changed || one.near.sentence < target.near.sentence - 1)
  // 周四,最晚周五: the two stand side by side.
  kept = kept.filter(({ found }, i) => {
    const next = kept[i + 1]
    const end = found.mention.end?.to ?? found.mention.to
    return next === undefined || !AT_LATEST.test(next.near.left) || next.found.mention.from - end > 5
  })
  if (kept.some(({ near }) => AT_LATEST.test(near.left))) {
    const firm = kept.filter(({ near }) => !IN_PRINCIPLE.test(near.left) && !PREFERRED.test(near.right))
    if (firm.length > 0) kept = firm
  }
  return kept
}

const STAGE =
  /框架|提纲|大纲|初稿|一稿|二稿|第[一二三]稿|征求意见|讨论(?!会)|评审(?!会)|送审|草稿|草案|毛坯|半成品|样稿|打样|初步|初审|初核|中期|进度|进展|过半|[一二三四五六七八九\d]成|百分之|%|一半|自查|试运行|初版|第一版|摸底|征集意见|意见反馈|反馈意见|排查|内审|预审|一审|二审|修改|试讲|联调|粗排|初排|阶段|[出改]样/
const FINAL =
  /定稿|终稿|正式稿|最终|成稿|完稿|正式版|终版|全部(?:完成|到位|报)|清零|收官|交付|办结|收尾|扫尾|销号|上线|上会|审定|印发|付印|见刊|定版|正式报|完工|竣工|封样|到位|整改完|改完|完成/

/** Stages of one product lead to its final time; a daily progress report leads to the end. */
function withoutStages(all: readonly Candidate[]): Candidate[] {
  const once = all.filter(({ found }) => found.mention.day?.every !== true)
  if (once.length === 0) return [...all]
  const kept = once
  const staged = kept.filter(({ near }) => STAGE.test(near.clause) || FINAL.test(near.clause))
  if (staged.length < 2 || !staged.some(({ near }) => STAGE.test(near.clause))) return kept
  const last = staged.reduce((a, b) => (b.moment > a.moment ? b : a))
  return kept.filter((one) => one === last || !staged.includes(one))
}

const earliest = (all: readonly Candidate[]) => all.reduce((a, b) => (b.moment < a.moment ? b : a))
const PRECEDES =
  /(?:停电|停水|停气|停机|停用|到|来|开始|开会|开业|封路|闭馆|到期|下雨|降温|落地|登陆|过期|施工|上线|切换|检修|在此|这)(?:之|以)?前|^前|提前/

/** Without such words a time of one's own is a promise or a plan. */
const SPEAKS_TO_READERS = /请(?!假)|各|大家|@|务必|必须|[报发给交]我|你|抓紧|把|通知|注意|要求|[^你我他]们/

/** Chooses among several times the earliest final demand on the readers; null where none binds them. */
export function choose(text: string, all: readonly Candidate[]): Candidate | null {
  const demands = all.filter(({ bearing }) => bearing === 'demand')
  const own = SPEAKS_TO_READERS.test(withoutCourtesies(text)) ? all.filter(({ bearing }) => bearing === 'own') : []
  const facts = PRECEDES.test(text) ? all.filter(({ bearing }) => bearing === 'fact') : []
  const pool = demands.length > 0 ? demands : own.length > 0 ? own : facts
  if (pool.length === 0) return null
  return earliest(withoutStages(withoutReplaced(pool)))
}
