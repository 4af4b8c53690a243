import { z } from 'zod'
import { ROLES } from './message.ts'

/** A recorded group chat, in the format of the label guide (`config/corpus/LABELS.md`); gold and labels are left aside. */
export const transcriptSchema = z.object({
  group: z.string().min(1),
  domain: z.string().default(''),
  timezone: z.literal('Asia/Shanghai').default('Asia/Shanghai'),
  members: z
    .array(z.object({ id: z.string().min(1), name: z.string().min(1), role: z.enum(ROLES) }))
    .refine((members) => new Set(members.map((member) => member.id)).size === members.length, 'member ids must differ'),
  messages: z
    .array(
      z.object({
        id: z.string().min(1),
        at: z.iso.datetime({ offset: true }),
        from: z.string().min(1),
        text: z.string(),
        replyTo: z.string().optional(),
      }),
    )
    .refine((all) => new Set(all.map((message) => message.id)).size === all.length, 'message ids must differ'),
})
export type Transcript = z.output<typeof transcriptSchema>
