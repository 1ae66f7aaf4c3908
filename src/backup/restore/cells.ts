import type { Header, Row } from '../format.ts'

/** A row's values by their columns. */
export type Cells = Record<string, string | null>

export const cellsOf = ({ tables }: Header, { table, values }: Row): Cells =>
  Object.fromEntries((tables[table] as string[]).map((column, i) => [column, values[i] ?? null]))

/** Postgres writes bytes as `\\x0a0b`. */
export const bytes = (text: string | null | undefined): Buffer => Buffer.from((text ?? '').slice(2), 'hex')
