import fc from 'fast-check'

/** Least of all when a failure is shrunk. */
export const seldom = fc.nat({ max: 5 }).map((n) => n === 5)

/** One kind of act, for `fc.oneof`: how often it comes, its name, what else it is made of. */
export const one = <K extends string, T extends object>(
  weight: number,
  kind: K,
  fields: { [F in keyof T]: fc.Arbitrary<T[F]> },
) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(kind), ...(fields as object) }) as unknown as fc.Arbitrary<{ do: K } & T>,
})
