import { z } from 'zod'
import type { Refused } from '../http-client.ts'
import type { FeishuApi } from './api.ts'

const pageSchema = z.looseObject({
  items: z.array(z.unknown()).catch([]),
  has_more: z.boolean().catch(false),
  page_token: z.string().optional().catch(undefined),
})

/** The pages of a list; the last one is a refusal where the platform refuses. A page token that repeats ends it. */
export async function* pagesOf(
  api: FeishuApi,
  path: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<{ items: unknown[] } | { refused: Refused }> {
  const seen = new Set<string>()
  for (let token = ''; ; ) {
    const answer = await api({ method: 'GET', path, query: token === '' ? query : { ...query, page_token: token } })
    if ('refused' in answer) return yield answer
    const page = pageSchema.safeParse(answer.data).data ?? { items: [], has_more: false, page_token: undefined }
    yield { items: page.items }
    if (!page.has_more || !page.page_token || seen.has(page.page_token)) return
    token = page.page_token
    seen.add(token)
  }
}
