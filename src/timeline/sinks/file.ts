import { type FileHandle, open } from 'node:fs/promises'
import type { Sink } from './sink.ts'

/**
 * Appends to a file that only the bot's user can read, and has the disk confirm it. The file is opened by its name each
 * time, so that whatever rotates logs may rename it.
 */
export function createFileSink(name: string, { path }: { path: string }): Sink {
  /** What was there when this process wrote last. */
  let before: { file: number; size: number } | null = null

  async function send(lines: string[]): Promise<string | null> {
    const handle = await open(path, 'a+', 0o600)
    try {
      const { ino, size } = await handle.stat()
      const cut = before?.file === ino && size < before.size
      // A crash may have left half a line: what it held comes again, on a line of its own.
      const text = `${(await endsInMidLine(handle, size)) ? '\n' : ''}${lines.join('\n')}\n`
      await handle.appendFile(text)
      await handle.datasync()
      before = { file: ino, size: size + Buffer.byteLength(text) }
      return cut ? 'the file was truncated: what it held is not sent again' : null
    } finally {
      await handle.close()
    }
  }

  return { name, send, close: async () => {} }
}

async function endsInMidLine(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== 10
}
