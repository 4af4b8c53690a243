import { z } from 'zod'
import { ACTIONS } from './decision.ts'
import { FLAGS, LABELS } from './label.ts'
import { ROLES } from './message.ts'

const DURATION_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A length of time such as `10m`, `12h` or `7d`, read into milliseconds. */
const duration = z
  .string()
  .regex(/^[1-9]\d{0,3}[mhd]$/, '写成数字加单位,例如 10m、12h、7d')
  .transform((text) => Number(text.slice(0, -1)) * DURATION_MS[text.slice(-1) as keyof typeof DURATION_MS])

/** A time of day `HH:MM`, read into minutes after midnight. */
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, '写成 HH:MM,例如 "08:30"')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).min(1)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[])

const conditionSchema = z
  .strictObject({
    label: oneOrMore(z.enum(LABELS)).optional(),
    /** A verdict below this confidence never meets the rule; 0.8 unless said otherwise. */
    confidence: z.number().min(0.5).max(1).default(0.8),
    /** All of these must hold. */
    flags: oneOrMore(z.enum(FLAGS)).optional(),
    role: z.enum(ROLES).optional(),
    /** Met only by the message that makes it this many such messages of the group within `within`. */
    count: z.number().int().min(2).max(100).optional(),
    within: duration.optional(),
    /** `true`: said outside `workHours` only. */
    outOfHours: z.literal(true).optional(),
  })
  .refine((when) => (when.count === undefined) === (when.within === undefined), {
    message: 'count 与 within 要同时写',
    path: ['count'],
  })
  .refine((when) => when.label !== undefined || when.flags !== undefined, {
    message: 'when 至少要写 label 或 flags,否则每条消息都会命中',
    path: ['label'],
  })

const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, '用小写字母、数字和连字符'),
  /** One sentence for admins. */
  title: z.string().max(100).optional(),
  /** The regulation behind the rule, quoted to the person concerned. */
  clause: z.string().max(300).optional(),
  when: conditionSchema,
  // biome-ignore lint/suspicious/noThenProperty: the policy file reads "when … then …", and no policy is ever awaited
  then: z.array(z.enum(ACTIONS)).min(1),
  escalate: z
    .strictObject({
      after: z.number().int().min(2).max(100),
      within: duration,
      // biome-ignore lint/suspicious/noThenProperty: as above
      then: z.array(z.enum(ACTIONS)).min(1),
    })
    .optional(),
})

/** The policy file as DESIGN gives it, defaults filled in, durations in milliseconds and times in minutes of the day. */
export const policySchema = z.strictObject({
  name: z.string().min(1).max(100),
  /** `observe`: decide and record, say nothing. `enforce`: act. */
  mode: z.enum(['observe', 'enforce']).default('observe'),
  workHours: z
    .strictObject({
      days: z.enum(['workdays', 'everyday']).default('workdays'),
      from: timeOfDay.default(510),
      to: timeOfDay.default(1080),
      /** A message with one of these words is an emergency: what a rule decides on it is recorded and held. */
      emergencies: z.array(z.string().min(1).max(32)).default([]),
    })
    .prefault({}),
  bot: z
    .strictObject({
      groupPostsPerDay: z.number().int().min(0).max(50).default(2),
      remindersPerPersonPerWeek: z.number().int().min(0).max(50).default(2),
      /** From, to: nothing is said in between but answers to a question. */
      quiet: z.tuple([timeOfDay, timeOfDay]).default([1200, 480]),
    })
    .prefault({}),
  exempt: z
    .strictObject({
      roles: z.array(z.enum(ROLES)).default([]),
      members: z.array(z.string().min(1).max(256)).default([]),
      keywords: z.array(z.string().min(1).max(64)).default([]),
    })
    .prefault({}),
  digest: z.strictObject({ daily: z.boolean().default(false), weekly: z.boolean().default(true) }).prefault({}),
  rules: z
    .array(ruleSchema)
    .max(100)
    .refine((rules) => new Set(rules.map((rule) => rule.id)).size === rules.length, '规则 id 不能重复'),
})
export type Policy = z.output<typeof policySchema>
export type Rule = Policy['rules'][number]
