import { z } from 'zod'
import { CodedError } from './domain/errors.ts'

/** A secret: absent, or not empty. An empty one is a mistake in the deployment, never "none". */
const secret = z.string().min(1, '不能为空;不用就整项去掉').optional()
const matching = (shape: RegExp, message: string) =>
  z.string().min(1, { error: '不能为空;不用就整项去掉', abort: true }).regex(shape, message).optional()
const filled = z.string().min(1, '不能为空')
const oneOf = <const T extends readonly string[]>(values: T) => z.enum(values, `只能是 ${values.join('、')}`)

/** Decimal digits alone: an empty value is not 0. */
const whole = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, '是一个整数')
    .transform(Number)
    .pipe(z.number().min(from, `不小于 ${from}`).max(to, `不大于 ${to}`))

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
const baseUrl = z
  .url({ protocol: /^https?$/, abort: true, error: '写成 https://… 的地址' })
  .refine((text) => {
    const url = URL.parse(text)
    return url?.protocol === 'https:' || LOOPBACK.has(url?.hostname ?? '')
  }, '要用 https(本机回环地址除外)')
  .transform((url) => url.replace(/\/+$/, ''))

/** Under which `/chat/completions` stands: an address that carries no secret, since the key has a variable of its own. */
const completionsBase = baseUrl.refine((text) => {
  const url = URL.parse(text)
  return url !== null && `${url.username}${url.password}${url.search}${url.hash}` === ''
}, '不要带用户名、密码和查询参数')

/** A variable that holds JSON; `message` says how to write it. Its value is never repeated. */
const jsonOf = <T extends z.ZodType>(schema: T, message: string) =>
  z.string().transform((text, context): z.output<T> => {
    try {
      return schema.parse(JSON.parse(text))
    } catch {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
  })

const perGroup = (value: RegExp) => z.record(z.string().min(1), z.string().regex(value))
const webhookKeys = perGroup(/^[\w-]{8,128}$/)
const webhookRobots = perGroup(/^[\w-]{8,128}(,SEC\w{8,128})?$/)
const webhookHooks = perGroup(/^[\w-]{8,128}(:[\w-]{1,128})?$/)
const commands = z
  .array(z.tuple([filled], filled))
  .min(1)
  .max(4)
const KEYS_SHAPE = '写成 JSON,例如 {"群的 chatid":"机器人的 key"},key 是 webhook 地址中 key= 后面的部分'
const CHATS_SHAPE = '写成 JSON,例如 {"群编号":"应用所建群聊的 chatid"}'
const TOKEN_SHAPE = '是 3 到 32 位字母和数字,请从企业微信后台复制'
const AES_KEY_SHAPE = '是 43 位字母和数字,请从企业微信后台复制'
const ROBOTS_SHAPE = '写成 JSON,例如 {"群的 openConversationId":"access_token,SEC开头的加签密钥"}'

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)

const environment = z.object({
  /** Where the server listens. */
  PORT: whole(0, 65_535).default(8787),
  HOST: filled.default('127.0.0.1'),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** The embedded store's folder; not used with DATABASE_URL. */
  DATA_DIR: filled.default('data'),
  /** A PostgreSQL server, 15 or later, in place of the embedded store. */
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, '写成 postgres://用户:密码@主机:5432/库名')
    .optional(),
  /** The policy of every group that has none of its own; config/policies/standard.yaml without it. */
  POLICY_FILE: filled.optional(),
  /** Member ids that issue work, separated by commas, where the platform does not tell. */
  LEADERS: list.default([]),
  /** `auto`: open as long as no real adapter is configured. */
  SANDBOX: oneOf(['auto', 'on', 'off']).default('auto'),
  /** WeCom 智能机器人, HTTP callback. */
  WECOM_BOT_TOKEN: matching(/^[A-Za-z0-9]{3,32}$/, TOKEN_SHAPE),
  WECOM_BOT_AES_KEY: matching(/^[A-Za-z0-9+/]{43}$/, AES_KEY_SHAPE),
  WECOM_BOT_NAME: secret,
  /** WeCom 智能机器人, long connection. */
  WECOM_BOT_ID: secret,
  WECOM_BOT_SECRET: secret,
  WECOM_BOT_SOCKET_URL: z.url({ protocol: /^wss?$/, error: '写成 wss://… 的地址' }).optional(),
  /** WeCom 会话内容存档, through the official library that the customer provides. */
  WECOM_ARCHIVE_SECRET: secret,
  WECOM_ARCHIVE_LIBRARY: secret,
  WECOM_ARCHIVE_KEYS: secret,
  WECOM_ARCHIVE_POLL_SECONDS: whole(1, 3600).default(15),
  WECOM_ARCHIVE_PROXY: secret,
  WECOM_ARCHIVE_PROXY_PASSWORD: secret,
  /** WeCom self-built app, for private reminders. */
  WECOM_CORP_ID: secret,
  WECOM_APP_SECRET: secret,
  WECOM_AGENT_ID: whole(1, 999_999_999_999).optional(),
  /** Its callback, for commands in private and the notice of the archive; and the chats that it created. */
  WECOM_APP_TOKEN: matching(/^[A-Za-z0-9]{3,32}$/, TOKEN_SHAPE),
  WECOM_APP_AES_KEY: matching(/^[A-Za-z0-9+/]{43}$/, AES_KEY_SHAPE),
  WECOM_APPCHATS: jsonOf(webhookKeys, CHATS_SHAPE).optional(),
  /** WeCom 群机器人 webhooks: group id → key. */
  WECOM_WEBHOOKS: jsonOf(webhookKeys, KEYS_SHAPE).optional(),
  WECOM_API_BASE: baseUrl.optional(),
  /** DingTalk 企业内部机器人. */
  DINGTALK_APP_KEY: secret,
  DINGTALK_APP_SECRET: secret,
  DINGTALK_ROBOT_CODE: secret,
  DINGTALK_API_BASE: baseUrl.optional(),
  DINGTALK_OAPI_BASE: baseUrl.optional(),
  /** Hear the robot over Stream, without a public address. */
  DINGTALK_STREAM: oneOf(['on', 'off']).default('off'),
  DINGTALK_ROBOT_NAME: secret,
  /** A template published on DingTalk's card platform; and where presses come back without Stream. */
  DINGTALK_CARD_TEMPLATE: secret,
  DINGTALK_CARD_URL: baseUrl.optional(),
  /** DingTalk 自定义机器人 webhooks: group id → access_token, or access_token,SEC…. */
  DINGTALK_WEBHOOKS: jsonOf(webhookRobots, ROBOTS_SHAPE).optional(),
  DINGTALK_SESSION_ORIGINS: list.optional(),
  /** Commands of `dws event consume`, which hears whole groups. */
  DINGTALK_DWS: jsonOf(
    commands,
    '写成 JSON,例如 [["dws","event","consume","user_im_message_receive_group_all","-f","ndjson"]]',
  ).optional(),
  DINGTALK_DWS_STDIN: oneOf(['on', 'off']).default('off'),
  /** Feishu app: events by callback, or over the long connection. */
  FEISHU_APP_ID: secret,
  FEISHU_APP_SECRET: secret,
  FEISHU_ENCRYPT_KEY: secret,
  FEISHU_VERIFICATION_TOKEN: secret,
  FEISHU_CONNECTION: oneOf(['on', 'off']).default('off'),
  FEISHU_HEARS: oneOf(['all', 'mentions']).default('mentions'),
  /** Feishu 自定义机器人 webhooks: group id → token, or token:secret. */
  FEISHU_WEBHOOKS: jsonOf(webhookHooks, '写成 JSON,例如 {"群的 chat_id":"机器人的 token:签名密钥"}').optional(),
  FEISHU_API_BASE: baseUrl.optional(),
  /** The signed bridge for other frameworks: keys, separated by commas while they change, and where it posts. */
  BRIDGE_SECRETS: list.refine((keys) => keys.length > 0, '不能为空;不用就整项去掉').optional(),
  BRIDGE_URL: baseUrl.optional(),
  /** An OpenAI-compatible service that is asked about doubtful messages; without it nobody is. */
  SECOND_OPINION_BASE_URL: completionsBase.optional(),
  SECOND_OPINION_MODEL: filled.optional(),
  SECOND_OPINION_API_KEY: secret,
  /** For one question, repeating included; shorter than what is to be said waits for it. */
  SECOND_OPINION_TIMEOUT_MS: whole(500, 20_000).default(10_000),
  /** Requests a day in China, for all nodes together. */
  SECOND_OPINION_PER_DAY: whole(1, 1_000_000).default(200),
})

const TOGETHER = [
  ['WECOM_BOT_TOKEN', 'WECOM_BOT_AES_KEY'],
  ['WECOM_CORP_ID', 'WECOM_APP_SECRET', 'WECOM_AGENT_ID'],
  ['WECOM_CORP_ID', 'WECOM_APP_TOKEN', 'WECOM_APP_AES_KEY'],
  ['WECOM_BOT_ID', 'WECOM_BOT_SECRET'],
  ['WECOM_CORP_ID', 'WECOM_ARCHIVE_SECRET', 'WECOM_ARCHIVE_LIBRARY', 'WECOM_ARCHIVE_KEYS'],
  ['DINGTALK_APP_KEY', 'DINGTALK_APP_SECRET', 'DINGTALK_ROBOT_CODE'],
  ['FEISHU_APP_ID', 'FEISHU_APP_SECRET'],
  ['SECOND_OPINION_BASE_URL', 'SECOND_OPINION_MODEL'],
] as const
/** It belongs to several of these: alone it begins none, unless it stands for nothing at all. */
const SHARED = 'WECOM_CORP_ID'

/** The names of all variables that are read. */
export const environmentNames = (): string[] => Object.keys(environment.shape)

/** The environment, read once and checked. */
export type Env = z.output<typeof environment>

const PREFIXES = ['WECOM_', 'DINGTALK_', 'FEISHU_', 'BRIDGE_', 'SECOND_OPINION_']

/** What is missing of those that only work together. */
function incomplete(variables: Readonly<Record<string, string | undefined>>): string[] {
  const isSet = (name: string) => variables[name] !== undefined
  const begun = TOGETHER.filter((names) => names.some((name) => name !== SHARED && isSet(name)))
  const first = TOGETHER.find((names) => names.some((name) => name === SHARED))
  if (first !== undefined && isSet(SHARED) && !begun.some((names) => names.some((name) => name === SHARED)))
    begun.push(first)
  const faults = begun.flatMap((names) =>
    names
      .filter((name) => !isSet(name))
      .map((name) => `${name}: 缺少;它要和 ${names.filter((each) => each !== name).join('、')} 一起填写`),
  )
  if (isSet('BRIDGE_URL') && !isSet('BRIDGE_SECRETS')) faults.push('BRIDGE_SECRETS: 缺少;BRIDGE_URL 要和它一起填写')
  if (isSet('WECOM_APPCHATS') && !isSet('WECOM_APP_SECRET'))
    faults.push('WECOM_APP_SECRET: 缺少;WECOM_APPCHATS 要和自建应用一起填写')
  const { SECOND_OPINION_API_KEY: key, SECOND_OPINION_BASE_URL: base, SECOND_OPINION_MODEL: model } = variables
  if (key !== undefined && base === undefined && model === undefined)
    faults.push('SECOND_OPINION_BASE_URL: 缺少;只填 SECOND_OPINION_API_KEY 不起作用')
  return faults
}

/**
 * Reads the environment. Throws CodedError ENVIRONMENT_INVALID that lists every fault at once, a misspelt name of ours
 * among them; values are not repeated, since they may be secrets.
 */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const result = environment.safeParse(variables)
  const faults = result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  faults.push(...incomplete(variables))
  for (const name of Object.keys(variables))
    if (PREFIXES.some((prefix) => name.startsWith(prefix)) && !environmentNames().includes(name))
      faults.push(`${name}: 没有这个变量,请核对拼写`)
  if (faults.length > 0 || !result.success)
    throw new CodedError('ENVIRONMENT_INVALID', `环境变量有误 (invalid environment):\n  ${faults.join('\n  ')}`, {
      hint: '请按上面逐项改正后重新启动;各变量的说明见 README。',
      status: 400,
    })
  return result.data
}
