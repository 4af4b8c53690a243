/** 好 as in 中午好; 下午好好打扫 and 下午好几家 are no greeting. */
const GREETS = /^好(?![好几多不了在像])/
const WISHES = /^(?:节日|假期)?(?:愉快|快乐|安康|吉祥)/

/** 「大家中午好」「周末愉快」: words of time that only greet. `to` is where they end. */
export const isGreeting = (text: string, to: number, type: 'day' | 'part'): boolean => {
  const next = text.slice(to, to + 4)
  return WISHES.test(next) || (type === 'part' && GREETS.test(next))
}

const COURTESIES =
  /【[^】]{0,20}】|(?:感谢|谢谢|多谢)[^,。;!]*|祝(?!贺|捷)[^,。;!]*|@(?:所有人|全体成员)|收到请回[复执]?|(?:大家|各位|家人们|老师们|同事们|领导们?)[^,。!]{0,4}好(?=[,。!~]|$)|[不没未](?![要得准许能可])[\u4e00-\u9fff]/g

/** The text without headings, wishes, greetings and what is denied (周末不办): they ask nothing. */
export const withoutCourtesies = (text: string): string => text.replace(COURTESIES, '')
