/**
 * Ends the process once nothing is left to do, a second later at the latest. `process.exit` amid work may wait for ever:
 * for one of V8's compiler threads, which waits for the main thread (nodejs/node#54918; seen here too, in one of some
 * hundred failed starts on two busy cores).
 */
export function endWith(code: number): void {
  process.exitCode = code
  setTimeout(() => process.exit(), 1_000).unref()
}
