/** Adam with decoupled decay over a few dense arrays whose gradients are summed over a batch. */
export interface Adam {
  /** One gradient a parameter, to be added to. */
  readonly gradients: readonly Float32Array[]
  /** Takes one step with the gradients of `batch` examples and clears them. */
  step(batch: number): void
}

export interface AdamOptions {
  rate: number
  decay: number
  /** All steps that will be taken: the rate warms up over the first hundred and falls to a fiftieth as a cosine. */
  steps: number
}

/** Biases (arrays that `isBias` marks) are not decayed. */
export function createAdam(
  parameters: readonly Float32Array[],
  isBias: readonly boolean[],
  { rate, decay, steps }: AdamOptions,
): Adam {
  const zeros = () => parameters.map((one) => new Float32Array(one.length))
  const [gradients, first, second] = [zeros(), zeros(), zeros()]
  let step = 0
  return {
    gradients,
    step(batch) {
      step++
      const fall = 0.02 + 0.49 * (1 + Math.cos((Math.PI * step) / steps))
      const now = rate * Math.min(1, step / 100) * fall
      const c1 = 1 - 0.9 ** step
      const c2 = 1 - 0.999 ** step
      parameters.forEach((w, which) => {
        const [g, m, v] = [gradients[which], first[which], second[which]] as [Float32Array, Float32Array, Float32Array]
        const shrink = isBias[which] === true ? 1 : 1 - now * decay
        for (let k = 0; k < w.length; k++) {
          const d = (g[k] as number) / batch
          const mk = 0.9 * (m[k] as number) + 0.1 * d
          const vk = 0.999 * (v[k] as number) + 0.001 * d * d
          m[k] = mk
          v[k] = vk
          w[k] = (w[k] as number) * shrink - (now * (mk / c1)) / (Math.sqrt(vk / c2) + 1e-7)
          g[k] = 0
        }
      })
    },
  }
}
