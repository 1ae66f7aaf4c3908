import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { closedFolder, postgresAccount } from '../storage/embedded/account.ts'
import { commandLine } from '../storage/embedded/process.ts'
import { startEmbedded } from '../storage/embedded.ts'
import type { Log } from '../storage/log.ts'

/** Whose folder it is, and which processes use it. Without this file in it, a folder is never deleted. */
interface Mark {
  madeBy: 'firebreak demo'
  pid: number
  slackPid: number | null
}

class FolderError extends Error {
  readonly code = 'folder'
}

const MARK = 'demo.json'
const NOBODY: Omit<Mark, 'madeBy'> = { pid: 0, slackPid: null }

/** Where root's own folders are closed to the account that Postgres runs as, like a clone under /root. */
const OPEN_TO_POSTGRES = '/var/lib/firebreak'

/**
 * A folder of its own in the bot's: the demo never touches the ledger of an `npm start` in the same place. `dataDir` is
 * what FIREBREAK_DATA_DIR says, if it says anything.
 */
export async function demoFolder(dataDir: string | undefined, cwd: string): Promise<string> {
  if (dataDir) return join(dataDir, 'demo')
  const account = await postgresAccount(join(cwd, '.firebreak', 'demo', 'postgres'))
  const closed = account && (await closedFolder(cwd, account))
  return join(closed ? OPEN_TO_POSTGRES : '.firebreak', 'demo')
}

/**
 * Takes the folder for this process: made if there is none, ended what a killed demo left running. `fresh` empties it
 * first. Throws a FolderError when the folder is somebody else's, or another demo uses it.
 */
export async function openFolder(path: string, { fresh, log }: { fresh: boolean; log: Log }): Promise<void> {
  const mark = await readMark(path)
  if (mark && (await commandLine(mark.pid)).includes('src/demo/main.ts')) {
    throw new FolderError(
      `The demo runs already (process ${mark.pid}) with its data in ${path}. Stop that one with Ctrl-C, or give this one a folder of its own: FIREBREAK_DATA_DIR=/tmp/firebreak npm run demo`,
    )
  }
  if (mark?.slackPid && (await commandLine(mark.slackPid)).includes('local-slack')) process.kill(mark.slackPid)
  if (mark && fresh) {
    await endPostgres(path, log)
    await rm(path, { recursive: true })
  }
  await mkdir(path, { recursive: true })
  await writeMark(path, { ...NOBODY, pid: process.pid })
}

/** So that the next demo can end this one's Slack if this one is killed. */
export const noteSlack = (path: string, slackPid: number): Promise<void> =>
  writeMark(path, { pid: process.pid, slackPid })

/** The demo has ended; the data stays. */
export const leaveFolder = (path: string): Promise<void> => writeMark(path, NOBODY)

const writeMark = (path: string, mark: Omit<Mark, 'madeBy'>): Promise<void> =>
  writeFile(join(path, MARK), JSON.stringify({ madeBy: 'firebreak demo', ...mark }))

async function readMark(path: string): Promise<Mark | null> {
  const names = await readdir(path).catch(() => [])
  if (names.length === 0) return null
  try {
    const mark: Mark = JSON.parse(await readFile(join(path, MARK), 'utf8'))
    if (mark.madeBy === 'firebreak demo') return mark
  } catch {
    // Told below: whatever is in there, the demo did not write it.
  }
  throw new FolderError(
    `${path} holds files that the demo did not make (there is no ${MARK} of its own in it). Move it away, or set FIREBREAK_DATA_DIR to another folder.`,
  )
}

/** A killed demo leaves its Postgres running; who comes next joins it, and the last one to leave stops it. */
async function endPostgres(path: string, log: Log): Promise<void> {
  if (!(await readdir(path)).includes('postgres')) return
  const postgres = await startEmbedded({ dataDir: path, log })
  await postgres.stop()
}
