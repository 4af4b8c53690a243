import { ref, shallowRef } from 'vue'
import type { CardButton } from '../../../domain/card.ts'
import type { Member } from '../../../domain/message.ts'
import { PRESS } from '../../../domain/press.ts'
import { newId } from './newId.ts'
import { ApiError, sendMessage } from './sandboxApi.ts'
import type { Group, SandboxInfo } from './types.ts'

type Teller = Member & { privateChat?: string }

/** Tells the bot something that nobody else in the group sees, as one of its people; `told` is called once it has heard. */
export function useTelling(info: () => SandboxInfo, group: () => Group, told: () => void) {
  const busy = ref(false)
  const error = shallowRef<ApiError | null>(null)

  async function tell({ memberId, name, role, privateChat }: Teller, text: string, how: 'typed' | CardButton) {
    const isPrivate = how === 'typed' || how.inPrivate === true
    const { groupId, name: groupName } = group()
    if (busy.value || (isPrivate && privateChat === undefined)) return false
    busy.value = true
    error.value = null
    try {
      await sendMessage(info(), {
        messageId: `${how === 'typed' ? '' : PRESS}${newId()}`,
        ...(isPrivate && privateChat !== undefined
          ? { chat: 'single', groupId: privateChat }
          : { chat: 'group', groupId, groupName }),
        sentAt: Date.now(),
        sender: { memberId, name, role },
        text,
        addressesBot: true,
      })
      told()
      return true
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      error.value = cause
      return false
    } finally {
      busy.value = false
    }
  }
  const press = (person: Teller, button: CardButton) => tell(person, button.command, button)
  const write = (person: Teller, text: string) => tell(person, text, 'typed')
  return { busy, error, press, write }
}
