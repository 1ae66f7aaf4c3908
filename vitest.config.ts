import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Workers, and the programs that tests start, compile the same files again and again: half of their start is that.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node')

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: ['test/**/*.test.ts'],
    // Most of what a test does is to wait: with a worker for each core, CI's two were idle more than half of the time.
    maxWorkers: Math.max(3, availableParallelism()),
    // The files of a worker share what they import, which else is a fifth of their time; nothing there keeps state of its own.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
