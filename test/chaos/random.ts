/** mulberry32: the same seed makes the same campaign, as far as the machine's own timing lets it. */
export function createRandom(seed: number) {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    between: (min: number, max: number): number => min + Math.floor(next() * (max - min + 1)),
    one: <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T,
    chance: (share: number): boolean => next() < share,
  }
}

export type Random = ReturnType<typeof createRandom>
