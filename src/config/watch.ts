import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'

/** Editors write in several steps. */
const QUIET_MS = 200
/** Where nothing tells of changes: a network's file system, a link to another folder. */
const POLL_MS = 10_000

/**
 * Calls back some time after a file may have changed; whoever is called looks whether it did. Its folder is watched, not
 * the file: editors put another file in its place, and Kubernetes moves a link to a folder beside it (`..data`).
 */
export function watchFile(path: string, onChange: () => void, { pollMs = POLL_MS } = {}): { close(): void } {
  let quiet: NodeJS.Timeout | undefined
  let watcher: FSWatcher | undefined
  const poll = setInterval(() => {
    open()
    onChange()
  }, pollMs)
  poll.unref()

  function touched() {
    clearTimeout(quiet)
    quiet = setTimeout(onChange, QUIET_MS)
  }

  /** A folder that is away, or that can't be watched, is left to the poll, which tries to watch it again. */
  function open() {
    if (watcher) return
    try {
      watcher = watch(dirname(path), { persistent: false }, touched)
      watcher.on('error', forget)
      watcher.on('close', forget)
    } catch {
      watcher = undefined
    }
  }

  function forget() {
    watcher?.removeAllListeners()
    watcher?.close()
    watcher = undefined
  }

  open()
  return {
    close() {
      clearInterval(poll)
      clearTimeout(quiet)
      forget()
    },
  }
}
