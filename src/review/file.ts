import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Takes what a file is to say, from its first byte on. */
export interface Writer {
  write(text: string): Promise<void>
  /** SHA-256 (hex) of what was written so far. */
  digest(): string
}

/** A file that was written. */
export interface Written {
  /** In bytes. */
  length: number
  /** SHA-256, hex. */
  hash: string
  /** Its bytes from the first one on, each time it is called. */
  read(): AsyncIterable<Uint8Array>
}

/** So many bytes are written at once, and so many read. */
const WRITTEN = 262_144
const READ = 65_536

/**
 * Lends a temporary file to whoever writes it and then to whoever uses it. It loses its name as soon as it is open, so
 * that nobody else finds it and nothing is left of it, whatever becomes of this process. Its folder is TMPDIR, or /tmp.
 */
export async function withFile<T>(
  write: (writer: Writer) => Promise<void>,
  use: (written: Written) => Promise<T>,
): Promise<T> {
  const path = join(tmpdir(), `firebreak-${randomUUID()}`)
  const handle = await open(path, 'wx+', 0o600)
  try {
    await unlink(path)
    return await use(await writeAll(handle, write))
  } finally {
    await handle.close()
  }
}

async function writeAll(handle: FileHandle, write: (writer: Writer) => Promise<void>): Promise<Written> {
  const hash = createHash('sha256')
  const encoder = new TextEncoder()
  // The same bytes each time: a file is written faster than they would be collected.
  const bytes = Buffer.allocUnsafe(WRITTEN)
  let waiting = 0
  let length = 0
  async function flush() {
    for (let from = 0; from < waiting; ) {
      from += (await handle.write(bytes, from, waiting - from, length + from)).bytesWritten
    }
    hash.update(bytes.subarray(0, waiting))
    length += waiting
    waiting = 0
  }
  await write({
    async write(text) {
      for (let rest = text; rest !== ''; ) {
        const { read, written } = encoder.encodeInto(rest, bytes.subarray(waiting))
        waiting += written
        if (read === rest.length) return
        rest = rest.slice(read)
        await flush()
      }
    },
    digest: () => hash.copy().update(bytes.subarray(0, waiting)).digest('hex'),
  })
  await flush()
  return { length, hash: hash.digest('hex'), read: () => bytesOf(handle) }
}

async function* bytesOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let from = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(READ), 0, READ, from)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    from += bytesRead
  }
}
