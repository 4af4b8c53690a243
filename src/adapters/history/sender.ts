import type { PastMessage } from './past-message.ts'

/** `张三(wxid_abc)`, `张三(12345678)`, `张三<a@b.cn>`: a name with the account behind it. */
const WITH_ID = /^(.*?)\s*[((<]([A-Za-z][\w.@-]{3,63}|\d{5,12})[))>]$/

/** Who a name in an export stands for. */
export function senderNamed(written: string): PastMessage['from'] {
  const match = WITH_ID.exec(written.trim())
  const [, name = '', memberId = ''] = match ?? []
  if (match === null) return { name: written.trim() }
  return { name: name === '' ? memberId : name, memberId }
}
