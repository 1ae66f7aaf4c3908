import { randomBytes } from 'node:crypto'
import { chown, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../error.ts'
import type { Account } from './account.ts'
import type { Run } from './binaries.ts'
import { makeWhole } from './whole.ts'

/** Postgres's files and who may log in. */
export interface Cluster {
  /** Postgres's own data directory. */
  data: string
  /** What Postgres logs. */
  log: string
  passwords: { owner: string; bot: string }
}

export const DATABASE = 'firebreak'
export const OWNER = 'firebreak_owner'
export const BOT = 'firebreak_bot'

/** The cluster in this folder; made if there is none. Two bots may do that at once. */
export async function openCluster(folder: string, account: Account | null, run: Run): Promise<Cluster> {
  if (!(await stat(folder).catch(() => null))) await createCluster(folder, account, run)
  try {
    const passwords = JSON.parse(await readFile(join(folder, 'passwords.json'), 'utf8'))
    return { ...paths(folder), passwords }
  } catch (cause) {
    throw new StorageError('unusable', `${folder} can not be opened: ${(cause as Error).message}`, { cause })
  }
}

const paths = (folder: string) => ({ data: join(folder, 'data'), log: join(folder, 'server.log') })

async function createCluster(folder: string, account: Account | null, run: Run): Promise<void> {
  const passwords: Cluster['passwords'] = { owner: secret(), bot: secret() }
  await makeWhole(folder, async (unfinished) => {
    const { data } = paths(unfinished)
    const file = join(unfinished, 'passwords.json')
    await writeFile(file, JSON.stringify(passwords), { mode: 0o600 })
    if (account) for (const path of [unfinished, file]) await chown(path, account.uid, account.gid)
    await run('initdb', ['-D', data, ...INITDB])
    // Without a server: the superuser gets no password, so nobody can log in as one.
    await run('postgres', ['--single', '-c', 'exit_on_error=on', '-D', data, 'postgres'], roles(passwords))
  })
}

const INITDB = [
  ...['--username=postgres', '--auth-local=reject', '--auth-host=scram-sha-256'],
  ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC'].map(
    (setting) => `--set=${setting}`,
  ),
]

/** One statement a line, as single-user mode reads them. The passwords are base64url: nothing to escape. */
const roles = (passwords: Cluster['passwords']) => `create role ${OWNER} login password '${passwords.owner}'
create role ${BOT} login password '${passwords.bot}'
create database ${DATABASE} owner ${OWNER}
`

const secret = () => randomBytes(24).toString('base64url')
