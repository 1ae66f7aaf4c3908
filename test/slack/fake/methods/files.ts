import { Misuse, Refusal } from '../refusal.ts'
import { type Method, required } from './method.ts'

const getUploadUrl: Method = (args, { files }) => {
  const { filename } = required(args, 'filename')
  const length = Number(args.length)
  if (!Number.isInteger(length) || length < 1) throw new Misuse('invalid_arguments', ['[ERROR] length must be above 0'])
  return files.reserve(filename, length)
}

/** Slack answers before the file appears in the channel. */
const complete: Method = (args, { files, workspace }) => {
  const wanted = args.files as { id: string; title?: string }[] | undefined
  if (!wanted?.length) throw new Misuse('invalid_arguments', ['[ERROR] missing required field: files'])
  const { channel_id, thread_ts, initial_comment } = args as Record<string, string | undefined>
  if (channel_id !== undefined) workspace.joined(channel_id)
  const completed = wanted.map(({ id, title }) => files.complete(id, title))
  if (channel_id !== undefined)
    files.shareSoon(completed, { channel: channel_id, thread_ts, text: initial_comment ?? '' })
  return { files: completed.map(({ id, title }) => ({ id, title })) }
}

const info: Method = (args, { files }) => {
  const file = files.get(required(args, 'file').file)
  if (!file) throw new Refusal('file_not_found')
  return { file: files.described(file) }
}

/** Messages that show the file stay, with a tombstone in its place. */
const remove: Method = (args, { files, workspace }) => {
  const file = files.remove(required(args, 'file').file)
  for (const message of workspace.messages.all) {
    if (message.files?.some(({ id }) => id === file.id))
      message.files = message.files.map((f) => (f.id === file.id ? { id: f.id, mode: 'tombstone' } : f))
  }
  return {}
}

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': complete,
  'files.info': info,
  'files.delete': remove,
}
