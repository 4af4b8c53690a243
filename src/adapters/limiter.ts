/** What a way out needs of a Bottleneck limiter. */
export interface Limiter {
  schedule<T>(job: () => Promise<T>): Promise<T>
}

/** A limiter for each thing that a platform counts; `id` names it without telling a secret, alike in every process. */
export type CreateLimiter = (id: string) => Limiter
