import type { IncomingMessage } from 'node:http'
import { Misuse } from './refusal.ts'
import type { Json } from './types.ts'

const JSON_ARGUMENTS = new Set(['blocks', 'attachments', 'metadata', 'view', 'files'])
const FLAGS = new Set([
  'inclusive',
  'exclude_archived',
  'include_all_metadata',
  'include_num_members',
  'reply_broadcast',
  'is_private',
])

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A call's arguments, from a form (where structures are JSON in strings), a JSON body or the query. */
export function argumentsOf(request: IncomingMessage, body: Buffer): Json {
  const query = new URL(request.url ?? '/', 'http://slack').searchParams
  if (request.headers['content-type']?.startsWith('application/json'))
    return parsed(body.toString(), 'the body') as Json
  const args: Json = {}
  for (const [name, value] of [...query, ...new URLSearchParams(body.toString())])
    args[name] = JSON_ARGUMENTS.has(name) ? parsed(value, name) : FLAGS.has(name) ? isTrue(value) : value
  return args
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Misuse('invalid_arguments', [`[ERROR] ${name} is not JSON`])
  }
}

const isTrue = (value: string) => value === 'true' || value === '1'

/** The bytes of an upload: the body itself, or its first file when it is a form. */
export async function uploadOf(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return body
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const file = [...form.values()].find((value) => typeof value !== 'string')
  return file ? Buffer.from(await (file as Blob).arrayBuffer()) : body
}
