import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { withClient } from '../../src/storage/connection.ts'
import { at } from './url.ts'

export interface TestDatabase {
  /** The bot's role. */
  url: string
  /** The role that owns the tables. */
  migrateUrl: string
  /** Throws the database away, whoever is connected to it. */
  drop(): Promise<void>
}

/** A database of its own with every migration, in some hundredths of a second. */
export const testDatabase = () => createDatabase('template migrated')

/** A database of its own without any table. */
export const emptyDatabase = () => createDatabase('template template0')

/** A database that is what another one is now, while nobody is connected to that. */
export const copyOf = ({ url }: TestDatabase) => createDatabase(`template ${new URL(url).pathname.slice(1)}`)

async function createDatabase(from: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const { url, migrateUrl } = inject('migrated')
  const maintenance = at(migrateUrl, 'postgres')
  await withClient(maintenance, (client) => client.query(`create database ${name} ${from}`))
  return {
    url: at(url, name),
    migrateUrl: at(migrateUrl, name),
    drop: async () => {
      await withClient(maintenance, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}
