/**
 * What a command that has done `share` (0 to 1) of its work since `from` still needs, in words; empty while too little is
 * done to tell. Times in milliseconds.
 */
export function timeLeft(share: number, from: number, now: number): string {
  if (share < 0.02 || share >= 1) return ''
  const seconds = Math.round((((now - from) / share) * (1 - share)) / 1_000)
  return seconds < 90
    ? `,约剩 ${Math.max(10, Math.ceil(seconds / 10) * 10)} 秒`
    : `,约剩 ${Math.round(seconds / 60)} 分钟`
}
