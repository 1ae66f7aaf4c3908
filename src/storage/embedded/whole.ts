import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isRunning } from './process.ts'

/**
 * Makes a folder under another name and renames it when it is whole: a crash on the way leaves nothing that looks like
 * it. Two bots may do that at once: the faster one's is used.
 */
export async function makeWhole(folder: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  await removeUnfinished(folder)
  const unfinished = await mkdtemp(`${folder}.new-${process.pid}-`)
  try {
    await make(unfinished)
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if ((error as { code?: string }).code !== 'ENOTEMPTY') throw error
  }
}

/** What crashes left. One that can't be removed is in nobody's way. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    const pid = name.startsWith(`${basename(folder)}.new-`) && Number(name.slice(basename(folder).length).split('-')[1])
    if (pid && !isRunning(pid)) await rm(join(dirname(folder), name), { recursive: true }).catch(() => {})
  }
}
