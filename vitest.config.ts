import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    watch: false,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 5_000,
    dangerouslyIgnoreUnhandledErrors: false,
    setupFiles: ['test/no-leaked-handles.ts'],
    unstubEnvs: true,
    restoreMocks: true,
  },
})
