const CLOCK = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** A moment as people in China write it: `7月8日 17:00`. Takes ISO 8601 or epoch milliseconds; '' where it is neither. */
export function timeWords(at: string | number): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return ''
  const part = Object.fromEntries(CLOCK.formatToParts(date).map(({ type, value }) => [type, value]))
  return `${part.month}月${part.day}日 ${part.hour}:${part.minute}`
}
