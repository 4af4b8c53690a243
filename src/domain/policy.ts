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

/** What a window counts: all that meet the rule in the group, those of one sender, of one text, or that answer one message. */
export const COUNTED = ['group', 'sender', 'text', 'reply'] as const

/** Fields that by themselves say which messages are meant; without one of them every message would be. */
const TELLING = ['label', 'flags', 'text', 'pattern', 'mentionsAll', 'ranking', 'picturesOnly', 'missing'] as const

const conditionSchema = z
  .strictObject({
    label: oneOrMore(z.enum(LABELS)).optional(),
    /** A verdict below this confidence never meets a rule that names labels or flags; 0.8 unless said otherwise. */
    confidence: z.number().min(0.5).max(1).default(0.8),
    /** All of these must hold. */
    flags: oneOrMore(z.enum(FLAGS)).optional(),
    role: z.enum(ROLES).optional(),
    /** One of these words, as words: 大麻 is not met by 大麻烦. */
    text: oneOrMore(z.string().min(1).max(32)).optional(),
    /** A regular expression of RE2, which takes linear time. */
    pattern: z.string().min(1).max(200).optional(),
    /** Addresses `@所有人`. */
    mentionsAll: z.literal(true).optional(),
    /** Ranks people or units, or names those who have not posted. */
    ranking: z.literal(true).optional(),
    /** Nothing but pictures or other media. */
    picturesOnly: z.literal(true).optional(),
    /** Opens a task that lacks one of these. */
    missing: oneOrMore(z.enum(['assignee', 'due'])).optional(),
    /** Much the same was demanded before, in any group, within this time. */
    repeated: duration.optional(),
    /** Met only by the message that makes it this many such messages within `within`. */
    count: z.number().int().min(2).max(100).optional(),
    within: duration.optional(),
    of: z.enum(COUNTED).optional(),
    /** `true`: said outside `workHours` only. */
    outOfHours: z.literal(true).optional(),
    /** `true`: said on a rest day only, 调休 observed. */
    restDay: z.literal(true).optional(),
  })
  .refine((when) => (when.count === undefined) === (when.within === undefined), {
    message: 'count 与 within 要同时写',
    path: ['count'],
  })
  .refine((when) => when.of === undefined || when.count !== undefined, {
    message: 'of 说的是按什么数,要和 count、within 一起写',
    path: ['of'],
  })
  .refine((when) => TELLING.some((field) => when[field] !== undefined), {
    message: `when 至少要写 ${TELLING.join('、')} 中的一项,否则每条消息都会命中`,
    path: ['label'],
  })

const actions = z.array(z.enum(ACTIONS)).min(1)

const stepSchema = z.strictObject({
  after: z.number().int().min(2).max(100),
  within: duration,
  // biome-ignore lint/suspicious/noThenProperty: the policy file reads "when … then …", and no policy is ever awaited
  then: actions,
})

const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, '用小写字母、数字和连字符'),
  /** One sentence for admins. */
  title: z.string().max(100).optional(),
  /** The regulation behind the rule, quoted to the person concerned. */
  clause: z.string().max(300).optional(),
  when: conditionSchema,
  // biome-ignore lint/suspicious/noThenProperty: as above
  then: actions,
  /** Instead of `then`, once the rule has met a sender so often; the last step that is reached counts. */
  escalate: oneOrMore(stepSchema).optional(),
  /** Said in private outside working hours as well; the quiet hours are kept. */
  urgent: z.literal(true).optional(),
})

/** What a group's registration may be asked for: who owns it, what it is for, until when a temporary one is needed, its members' names. */
export const REGISTERED = ['owner', 'purpose', 'ends', 'names'] as const

const WEEK_MS = 7 * DURATION_MS.d
const weeks = duration.refine((ms) => ms >= WEEK_MS, '群每周看一次,至少写 7d')

/** The policy file as DESIGN gives it, defaults filled in, durations in milliseconds and times in minutes of the day. */
export const policySchema = z.strictObject({
  name: z.string().min(1).max(100),
  /** `observe`: decide and record, say nothing. `enforce`: act. */
  mode: z.enum(['observe', 'enforce']).default('observe'),
  /** A group that is new to the bot is only observed for so long, whatever `mode` says; without it, from the start as `mode` says. */
  observeFirst: duration.optional(),
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
      /** Whether `recall` may take messages out of a group, where a platform lets the bot. */
      mayRecall: z.boolean().default(false),
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
  /** What is looked at once a week in the groups themselves; a check that is not written here is off. */
  groups: z
    .strictObject({
      /** No task, progress, problem or notice for so long. */
      idle: weeks.optional(),
      /** A temporary group is past its end date, or all that it was for has been closed for so long. */
      finished: weeks.optional(),
      /** Two groups share so much of their members, and their names are alike. */
      similar: z.number().min(0.5).max(1).optional(),
      required: z.array(z.enum(REGISTERED)).default([]),
      /** Who keeps the registry; without one each owner hears of their own groups. */
      admin: z.string().min(1).max(256).optional(),
    })
    .optional(),
  rules: z
    .array(ruleSchema)
    .max(100)
    .refine((rules) => new Set(rules.map((rule) => rule.id)).size === rules.length, '规则 id 不能重复'),
})
export type Policy = z.output<typeof policySchema>
export type Rule = Policy['rules'][number]
export type EscalationStep = NonNullable<Rule['escalate']>[number]
