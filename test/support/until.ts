import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until it is so, and returns what it found; fails after `withinMs`. */
export async function until<T>(look: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(10)) {
    const found = await look()
    if (found) return found
  }
  throw new Error(`Not so within ${withinMs} ms: ${look}`)
}
