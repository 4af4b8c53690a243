import { chinaShort } from '../../domain/calendar.ts'
import type { Card } from '../../domain/card.ts'
import type { EpochMs, Member } from '../../domain/message.ts'
import { safeText } from '../../domain/safe-text.ts'
import { SILENT_CONFIRM_POST } from '../../policy/templates.ts'
import { PERSONAL_NUMBER } from '../../policy/wording.ts'

const FIRST_WORDS = 24
const NAME = 20
/** More names than anybody reads are counted instead. */
const MOST_NAMES = 60

/** The first words of a notice, without whom it calls, safe to repeat. */
function firstWords(text: string): string {
  const plain = text.replace(PERSONAL_NUMBER, '(号码)').replace(/^(?:\s*[@@]\S+)+\s*/u, '')
  return safeText(plain, FIRST_WORDS) || '(无文字)'
}

/** What the offer to the one who asked ends with; the button says the same as the words. */
export const offerWords = (number: number): string =>
  `要知道谁看过:点「开启静默确认」,或对我说“开启静默确认 ${number}”。我在群里说一次,看过的人点一下,群里不显示,只有您和群主能看。`

export const offerAgainWords = (number: number): string =>
  `这条消息的静默确认已经开启,对我说“谁看过 ${number}”就能看到情况。`

export const offerCard = (number: number): Card => ({
  title: '静默确认',
  buttons: [{ text: '开启静默确认', command: `开启静默确认 ${number}` }],
})

export const startedCard = (number: number): Card => ({
  title: '静默确认',
  buttons: [{ text: '谁看过', command: `谁看过 ${number}` }],
})

/** What the group reads once. */
export const postWords = (number: number, text: string): string =>
  `> ${firstWords(text)}\n\n${SILENT_CONFIRM_POST.replaceAll('{number}', String(number))}`

export const postCard = (number: number): Card => ({
  title: '看过请点一下',
  buttons: [{ text: '已阅', command: `已阅 ${number}` }],
})

/** What the asker is told once it is started; the first words show which message was meant. */
export function startedWords(
  text: string,
  { number, notBefore, now }: { number: number; notBefore: EpochMs; now: EpochMs },
): string {
  const about = `「${firstWords(text)}」`
  const when =
    notBefore > now
      ? `好的。现在不便在群里说(下班、静默时段或当天次数已用完),${chinaShort(notBefore)}会为${about}说一次。`
      : `好的,这就在群里为${about}说一次,看过的人点一下就行。`
  return `${when}想看情况时私下对我说“谁看过 ${number}”。`
}

/** What the asker is told of readers: nobody is put before another, and nobody's time is told. */
export function readersWords(
  text: string,
  { number, read, waiting }: { number: number; read: number; waiting: readonly Pick<Member, 'name'>[] },
): string {
  const names = waiting.slice(0, MOST_NAMES).map(({ name }) => safeText(name, NAME))
  const more = waiting.length > MOST_NAMES ? ' 等' : ''
  return [
    `「${firstWords(text)}」(第 ${number} 号):已有 ${read} 人看过。`,
    waiting.length === 0
      ? '我认识的成员都看过了。'
      : `我认识的成员里,还没有点的有 ${waiting.length} 人:${names.join('、')}${more}。`,
    ...(waiting.length === 0 ? [] : ['没有点不等于没有看,我也不会去催。急事请直接联系本人。']),
  ].join('\n')
}

/** What became of the post in the group, where that explains why few have tapped; empty else. */
export function postState(said: { state: string; notBefore: EpochMs } | undefined): string {
  switch (said?.state) {
    case 'queued':
      return `群里那一次还没有说,${chinaShort(said.notBefore)}起会说。`
    case 'dropped':
    case 'failed':
    case 'held':
      return '群里那一次没有说成,请以消息旁的“已读”为准。'
    default:
      return ''
  }
}
