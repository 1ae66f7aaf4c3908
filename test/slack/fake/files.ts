import { Misuse, Refusal } from './refusal.ts'
import type { Json } from './types.ts'
import { BOT, type Workspace } from './workspace.ts'

export interface UploadedFile {
  id: string
  filename: string
  title: string
  /** The length that was announced, in bytes. */
  length: number
  content?: Buffer
  completed: boolean
  /** Where it appeared; empty until Slack has shared it. */
  shares: { channel: string; ts: string; thread_ts: string | undefined }[]
}

/** The three-step upload: reserve, send the bytes, complete. */
export class Files {
  all: readonly UploadedFile[] = []
  readonly #workspace: Workspace
  readonly #base: () => string
  readonly #shareDelay: number
  readonly #pending = new Set<NodeJS.Timeout>()

  constructor(workspace: Workspace, base: () => string, shareDelay: number) {
    this.#workspace = workspace
    this.#base = base
    this.#shareDelay = shareDelay
  }

  get(id: string): UploadedFile | undefined {
    return this.all.find((file) => file.id === id)
  }

  reserve(filename: string, length: number): Json {
    const file = { id: this.#workspace.newId('F'), filename, title: filename, length, completed: false, shares: [] }
    this.all = [...this.all, file]
    return { upload_url: `${this.#base()}/upload/${file.id}`, file_id: file.id }
  }

  receive(id: string, content: Buffer) {
    const file = this.get(id)
    if (!file) throw new Refusal('file_not_found')
    if (content.length !== file.length)
      throw new Misuse('wrong_length', [
        `${file.filename}: ${content.length} bytes came, ${file.length} were announced`,
      ])
    file.content = content
  }

  complete(id: string, title: string | undefined): UploadedFile {
    const file = this.get(id)
    if (!file?.content) throw new Misuse('file_not_found', [`${id} was not uploaded`])
    if (file.completed) throw new Misuse('file_already_completed', [id])
    file.completed = true
    if (title) file.title = title
    return file
  }

  /** Sharing is asynchronous at Slack: the file shows up in the channel some time after the answer. */
  shareSoon(files: UploadedFile[], to: { channel: string; thread_ts: string | undefined; text: string }) {
    const { channel, thread_ts, text } = to
    const timer = setTimeout(() => {
      this.#pending.delete(timer)
      const { ts } = this.#workspace.messages.add({
        channel,
        user: BOT.user_id,
        bot_id: BOT.id,
        app_id: BOT.app_id,
        text,
        ...(thread_ts !== undefined && { thread_ts }),
        files: files.map((file) => ({ id: file.id, name: file.filename, title: file.title, size: file.length })),
      })
      for (const file of files) file.shares.push({ channel, ts, thread_ts })
    }, this.#shareDelay)
    this.#pending.add(timer)
  }

  remove(id: string): UploadedFile {
    const file = this.get(id)
    if (!file) throw new Refusal('file_not_found')
    this.all = this.all.filter((kept) => kept !== file)
    return file
  }

  described(file: UploadedFile): Json {
    const shares: Record<string, Json[]> = {}
    for (const { channel, ts, thread_ts } of file.shares) shares[channel] = [{ ts, ...(thread_ts && { thread_ts }) }]
    const { id, filename, title, length } = file
    return { id, name: filename, title, size: length, user: BOT.user_id, shares: { public: shares } }
  }

  stop() {
    for (const timer of this.#pending) clearTimeout(timer)
  }
}
