/** The user ids of somebody's accounts, the one that stands for them first; an account that nobody lists is a person. */
export const accountsOf = (people: string[][], user: string): string[] =>
  people.find((accounts) => accounts.includes(user)) ?? [user]

/** The account that stands for whoever has this one. */
export const mainAccount = (people: string[][], user: string): string => accountsOf(people, user)[0] as string
