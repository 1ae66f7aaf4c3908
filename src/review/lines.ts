import { createReadStream } from 'node:fs'

/** No entry is as long as this; whatever is, is no file of ours. */
const LONGEST = 64 * 1024 * 1024

/** The lines of a file without their ends, `\n` alone being one: an entry may hold every other character. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest: Buffer[] = []
  let length = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      rest.push(chunk.subarray(start, end))
      yield rest.length === 1 ? chunk.toString('utf8', start, end) : Buffer.concat(rest).toString()
      rest = []
      length = 0
      start = end + 1
    }
    rest.push(chunk.subarray(start))
    length += chunk.length - start
    if (length > LONGEST) throw Object.assign(new Error('A line is longer than any of ours'), { code: 'not_ours' })
  }
  const last = Buffer.concat(rest).toString()
  if (last !== '') yield last
}
