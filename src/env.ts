import { z } from 'zod'
import { CodedError } from './domain/errors.ts'

/** A secret: absent, or not empty. An empty one is a mistake in the deployment, never "none". */
const secret = z.string().min(1, '不能为空;不用就整项去掉').optional()
const port = z.coerce.number().int().min(0).max(65_535)
const baseUrl = z
  .url('写成 https://… 的地址')
  .refine(
    (url) => /^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]?/.test(url),
    '要用 https(本机回环地址除外)',
  )
  .transform((url) => url.replace(/\/+$/, ''))

const jsonRecord = z.string().transform((text, context) => {
  try {
    return z.record(z.string().min(1), z.string().min(1)).parse(JSON.parse(text))
  } catch {
    context.addIssue({ code: 'custom', message: '写成 JSON,例如 {"群的 chatid":"机器人的 key"}' })
    return z.NEVER
  }
})

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)

const environment = z
  .object({
    /** Where the server listens. */
    PORT: port.default(8787),
    HOST: z.string().min(1).default('127.0.0.1'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    /** The embedded store's folder; not used with DATABASE_URL. */
    DATA_DIR: z.string().min(1).default('data'),
    /** A PostgreSQL server, 15 or later, in place of the embedded store. */
    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//, '写成 postgres://用户:密码@主机:5432/库名')
      .optional(),
    /** The policy of every group that has none of its own; config/policies/standard.yaml without it. */
    POLICY_FILE: z.string().min(1).optional(),
    /** Member ids that issue work, separated by commas, where the platform does not tell. */
    LEADERS: list.default([]),
    /** `auto`: open as long as no real adapter is configured. */
    SANDBOX: z.enum(['auto', 'on', 'off']).default('auto'),
    /** WeCom 智能机器人, HTTP callback. */
    WECOM_BOT_TOKEN: secret,
    WECOM_BOT_AES_KEY: secret,
    WECOM_BOT_NAME: secret,
    /** WeCom self-built app, for private reminders. */
    WECOM_CORP_ID: secret,
    WECOM_APP_SECRET: secret,
    WECOM_AGENT_ID: z.coerce.number().int().positive('是一个数字').optional(),
    /** WeCom 群机器人 webhooks: group id → key. */
    WECOM_WEBHOOKS: jsonRecord.optional(),
    WECOM_API_BASE: baseUrl.optional(),
    /** DingTalk 企业内部机器人. */
    DINGTALK_APP_KEY: secret,
    DINGTALK_APP_SECRET: secret,
    DINGTALK_ROBOT_CODE: secret,
    DINGTALK_API_BASE: baseUrl.optional(),
  })
  .superRefine((env, context) => {
    for (const names of TOGETHER) {
      const missing = names.filter((name) => env[name] === undefined)
      if (missing.length > 0 && missing.length < names.length)
        for (const name of missing)
          context.addIssue({
            code: 'custom',
            path: [name],
            message: `缺少;它要和 ${names.filter((each) => each !== name).join('、')} 一起填写`,
          })
    }
  })

const TOGETHER = [
  ['WECOM_BOT_TOKEN', 'WECOM_BOT_AES_KEY'],
  ['WECOM_CORP_ID', 'WECOM_APP_SECRET', 'WECOM_AGENT_ID'],
  ['DINGTALK_APP_KEY', 'DINGTALK_APP_SECRET', 'DINGTALK_ROBOT_CODE'],
] as const

/** The environment, read once and checked. */
export type Env = z.output<typeof environment>

const PREFIXES = ['WECOM_', 'DINGTALK_']

/**
 * Reads the environment. Throws CodedError ENVIRONMENT_INVALID that lists every fault at once, a misspelt name of ours
 * among them; values are not repeated, since they may be secrets.
 */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const result = environment.safeParse(variables)
  const faults = result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  for (const name of Object.keys(variables))
    if (PREFIXES.some((prefix) => name.startsWith(prefix)) && !(name in environment.shape))
      faults.push(`${name}: 没有这个变量,请核对拼写`)
  if (faults.length > 0 || !result.success)
    throw new CodedError('ENVIRONMENT_INVALID', `环境变量有误 (invalid environment):\n  ${faults.join('\n  ')}`, {
      hint: '请按上面逐项改正后重新启动;各变量的说明见 README。',
      status: 400,
    })
  return result.data
}
