import type { CodedError } from '../../domain/errors.ts'

const SOON = '企业微信认为自建应用很少使用,到期会停用它;请在管理后台「应用管理」确认仍在使用'
const OFF = '企业微信因长期少用限制或停用了自建应用,消息可能发不出也收不到;请在管理后台「应用管理」重新启用'

/** Events by which the platform says that it switches a rarely used app off, or has done so (page 90240, 2026-03). */
const ALERTS: Readonly<Record<string, Pick<CodedError, 'code' | 'hint'>>> = {
  inactive_alert: { code: 'WECOM_APP_INACTIVE_SOON', hint: SOON },
  low_active_alert: { code: 'WECOM_APP_INACTIVE_SOON', hint: SOON },
  close_inactive_agent: { code: 'WECOM_APP_SWITCHED_OFF', hint: OFF },
  low_active: { code: 'WECOM_APP_SWITCHED_OFF', hint: OFF },
}

/** What an event of an app warns the operator of; null for one that warns of nothing. */
export const appAlertOf = (event: string): Pick<CodedError, 'code' | 'hint'> | null =>
  Object.hasOwn(ALERTS, event) ? (ALERTS[event] ?? null) : null
