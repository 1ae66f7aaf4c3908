import { z } from 'zod'
import type { Schema } from '../storage/schema.ts'

/**
 * A backup is gzip'd JSON lines: the header, a line for each row (`["timeline", …]`: its table, then Postgres's own text
 * of each value, so that every byte survives), and how many rows that were. A second gzip member seals it (seal.ts).
 */
export const FORMAT = 'firebreak-backup'
export const VERSION = 1

/**
 * Whether a table is in a backup, in an order in which every row comes after those that it refers to. Tokens are not: a
 * file that is copied about lets nobody in, not even whoever tries every token there can be. New ones are issued.
 */
const KEPT: Record<keyof Schema, boolean> = {
  chains: true,
  timeline: true,
  payloads: true,
  incidents: true,
  changes: true,
  plans: true,
  votes: true,
  run_steps: true,
  change_objects: true,
  object_locks: true,
  asks: true,
  freezes: true,
  revocations: true,
  review_items: true,
  // What Slack said last: so that what changed since becomes an entry after a restore too.
  accounts: true,
  memberships: true,
  configurations: true,
  tokens: false,
  sink_cursors: true,
  recoveries: true,
  handoffs: true,
  reminders: true,
  participants: true,
  room_members: true,
  tasks: true,
  messages: true,
  marks: true,
  listening: true,
  // What was posted: without it everything would be posted anew.
  slack_messages: true,
}
const all = Object.keys(KEPT) as (keyof Schema)[]

export const TABLES = all.filter((table) => KEPT[table])
/** The tables that number their rows: a number that was given once is never given again, of a token neither. */
export const NUMBERED = all

export type Header = z.output<typeof Header>
export const Header = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** ISO 8601, of the database's clock: the moment that it shows. */
  takenAt: z.iso.datetime(),
  /** The schema's, in order. */
  migrations: z.array(z.string()).min(1),
  chains: z.array(
    z.object({ chain: z.string(), seq: z.int().nonnegative(), head: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
  /** By table: the last number that was given. */
  numbers: z.record(z.string(), z.int().positive()),
  /** By table: its columns, in the order of a row's values. */
  tables: z.record(z.string(), z.array(z.string()).min(1)),
})

/** A row's values, as Postgres writes them. */
export type Values = (string | null)[]

export interface Row {
  table: keyof Schema
  values: Values
}

export const EndLine = z.strictObject({ rows: z.record(z.string(), z.int().nonnegative()) })

export const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`
