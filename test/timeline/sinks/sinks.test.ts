import { appendFile, mkdtemp, readFile, rename, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSinks, type SinkOptions } from '../../../src/timeline/sinks/sink.ts'
import { createSyslogSink } from '../../../src/timeline/sinks/syslog.ts'
import { selfSigned } from '../../support/certificate.ts'
import { until } from '../../support/until.ts'
import { startHttps, startSyslog, startUdp } from './receivers.ts'

let folder: string
let certificate: Awaited<ReturnType<typeof selfSigned>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-sinks-'))
  certificate = await selfSigned(folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const { signal } = new AbortController()
const sinkOf = (options: SinkOptions) => {
  const [sink] = createSinks([options])
  if (!sink) throw new Error('No sink')
  return sink
}
const line = (seq: number, payload = 'said') =>
  JSON.stringify({ chain: 'INC-1', seq, hash: 'ab', bytes: '{}', salt: 'cd', payload })

describe('a file', () => {
  const path = () => join(folder, 'audit.jsonl')
  const lines = async () => (await readFile(path(), 'utf8')).split('\n')

  it('gets a line an entry, and only the bot’s user can read it', async () => {
    const sink = sinkOf({ kind: 'file', path: path() })
    expect(sink.name).toBe(`file:${path()}`)
    await sink.send([line(1), line(2)], signal)
    await sink.send([line(3)], signal)
    expect(await lines()).toEqual([line(1), line(2), line(3), ''])
    expect((await stat(path())).mode & 0o777).toBe(0o600)
  })

  it('goes on with a line of its own after half a line that a crash left', async () => {
    await appendFile(path(), line(4).slice(0, 20))
    await sinkOf({ kind: 'file', path: path() }).send([line(4)], signal)
    expect((await lines()).slice(-3)).toEqual([line(4).slice(0, 20), line(4), ''])
  })

  it('may be rotated under another name; one that was truncated is told of', async () => {
    const sink = sinkOf({ kind: 'file', path: path() })
    await sink.send([line(5)], signal)
    await rename(path(), `${path()}.1`)
    expect(await sink.send([line(6)], signal)).toBeNull()
    expect(await lines()).toEqual([line(6), ''])
    await truncate(path(), 0)
    expect(await sink.send([line(7)], signal)).toContain('was truncated')
    expect(await lines()).toEqual([line(7), ''])
  })

  it('that can’t be written rejects', async () => {
    await expect(sinkOf({ kind: 'file', path: join(folder, 'nowhere', 'a') }).send([line(1)], signal)).rejects.toThrow(
      'ENOENT',
    )
  })
})

describe('syslog', () => {
  const HEADER = /^<110>1 \d{4}-\d\d-\d\dT[\d:.]+Z [\x21-\x7e]+ firebreak \d+ entry - (.*)$/s
  const texts = (messages: string[]) => messages.map((message) => HEADER.exec(message)?.[1])

  it.each(['tcp', 'tls'] as const)('gets RFC 5424 messages with octet counting over %s', async (protocol) => {
    const server = await startSyslog(protocol === 'tls' ? certificate : undefined)
    const host = protocol === 'tls' ? 'localhost' : '127.0.0.1'
    const sink = sinkOf({ kind: 'syslog', host, port: server.port, protocol, ca: certificate.file })
    const sent = [line(1), line(2, 'twelve “quoted” words, 🚒'), line(3, 'x'.repeat(100_000))]
    await sink.send(sent, signal)
    await until(() => server.messages.length === 3)
    expect(texts(server.messages)).toEqual(sent)
    await sink.close()
    await server.close()
  })

  it('connects anew when the receiver was restarted, and rejects while it is away', async () => {
    const server = await startSyslog()
    const sink = sinkOf({ kind: 'syslog', host: '127.0.0.1', port: server.port, protocol: 'tcp', ca: null })
    await sink.send([line(1)], signal)
    await until(() => server.messages.length === 1)
    await server.close()
    await until(async () => (await sink.send([line(2)], signal).catch((error) => error)) instanceof Error)
    await server.open()
    await sink.send([line(3)], signal)
    await until(() => texts(server.messages).includes(line(3)))
    await sink.close()
    await server.close()
  })

  it.each([
    'tcp',
    'tls',
  ] as const)('rejects when a receiver over %s takes it in and never reads it', async (protocol) => {
    const server = await startSyslog(protocol === 'tls' ? certificate : undefined)
    server.stall()
    const address = { host: 'localhost', port: server.port, protocol, ca: await readFile(certificate.file, 'utf8') }
    const sink = createSyslogSink('stalled', { ...address, stalledMs: 300 })
    const more = 'x'.repeat(32_000_000) // than all the buffers in between hold
    await expect(sink.send([line(1, more)], signal)).rejects.toThrow('nothing was taken for 300 ms')
    server.read()
    await sink.send([line(2)], signal)
    await until(() => texts(server.messages).includes(line(2)))
    await sink.close()
    await server.close()
  })

  it('trusts no certificate but the one that was named', async () => {
    const server = await startSyslog(certificate)
    const sink = sinkOf({ kind: 'syslog', host: 'localhost', port: server.port, protocol: 'tls', ca: null })
    await expect(sink.send([line(1)], signal)).rejects.toThrow(/self-signed certificate/)
    await server.close()
  })

  it('gets a datagram an entry over udp; one that is too long goes without what it says', async () => {
    const server = await startUdp()
    const sink = sinkOf({ kind: 'syslog', host: '127.0.0.1', port: server.port, protocol: 'udp', ca: null })
    expect(await sink.send([line(1)], signal)).toBeNull()
    expect(await sink.send([line(2, 'x'.repeat(100_000))], signal)).toContain('too long')
    await until(() => server.messages.length === 2)
    const [first, second] = texts(server.messages)
    expect(first).toBe(line(1))
    expect(JSON.parse(second ?? '')).toEqual({ ...JSON.parse(line(2)), salt: null, payload: null })
    await sink.close()
    await server.close()
  })
})

describe('HTTPS', () => {
  it('gets lines with its token, from who trusts its certificate', async () => {
    const server = await startHttps(certificate)
    const sink = sinkOf({ kind: 'https', url: `${server.url}?key=hidden`, token: 's3cret', ca: certificate.file })
    expect(sink.name).toBe(`https:${server.url}`)
    await sink.send([line(1), line(2)], signal)
    expect(server.lines).toEqual([line(1), line(2)])
    expect(server.tokens).toEqual(['Bearer s3cret'])
    await expect(
      sinkOf({ kind: 'https', url: server.url, token: null, ca: null }).send([line(3)], signal),
    ).rejects.toThrow(/self-signed certificate/)
    await sink.close()
    await server.close()
  })

  it.each([301, 400, 413, 503])('rejects what is answered with %i', async (status) => {
    const server = await startHttps(certificate)
    server.answers.push(status)
    const sink = sinkOf({ kind: 'https', url: server.url, token: null, ca: certificate.file })
    await expect(sink.send([line(1)], signal)).rejects.toThrow(`it answered with ${status}`)
    await sink.close()
    await server.close()
  })

  it('ends at once when the bot stops', async () => {
    const server = await startHttps(certificate)
    const stop = new AbortController()
    const sink = sinkOf({ kind: 'https', url: server.url, token: null, ca: certificate.file })
    const sending = sink.send([line(1)], stop.signal)
    stop.abort()
    await expect(sending).rejects.toThrow(/abort/i)
    await sink.close()
    await server.close()
  })
})

describe('a configuration that can’t be used', () => {
  it('is refused at the start, with the file that is missing', () => {
    const options: SinkOptions = { kind: 'https', url: 'https://siem.example/', token: null, ca: '/nowhere/ca.pem' }
    expect(() => createSinks([options])).toThrow(
      /https:\/\/siem\.example\/ can't be used: its ca \/nowhere\/ca\.pem can't be read/,
    )
  })
  it('is refused when it names a sink twice', () => {
    const options: SinkOptions = { kind: 'file', path: '/tmp/audit' }
    expect(() => createSinks([options, options])).toThrow('file:/tmp/audit is configured twice')
  })
})
