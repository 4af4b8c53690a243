/**
 * Words for something that happens to people or works right now. A message with one of them may still be ceremony, but
 * it is never acted on as such: to remind somebody who reports a leaking dike not to post check-ins ends all trust.
 * Denied ones (无渗水, 未发现裂缝) and 防… do not count.
 */
const DANGER =
  /(?<![无未没零防非][^,,。;;!!\n]{0,4})(渗水|渗漏|管涌|决口|溃坝|漫堤|塌方|滑坡|坍塌|垮塌|塌了|倒塌|裂缝又?(?:变?[宽大]|扩)|着火|起火|火灾|冒烟|爆炸|爆管|泄漏|漏气|漏电|触电|中毒|晕倒|昏迷|溺水|落水|坠落|坠楼|被困|困在|失联|走失|不见了|受伤|骨折|流血|出血|救护车|救命|求救|救援|快来人|来人啊|断了路|路断|桥断|桥塌|停电|断电|跳闸|停水|断水|断网|宕机|崩溃了|打不开|进不去|联系不上)/

/** The first word of danger in a text, as `[from, to)`; null where there is none. */
export function findDanger(text: string): [number, number] | null {
  const found = DANGER.exec(text.length > 2_000 ? text.slice(0, 2_000) : text)
  const word = found?.[1]
  return found === null || word === undefined ? null : [found.index, found.index + word.length]
}
