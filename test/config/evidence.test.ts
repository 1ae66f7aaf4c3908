import { describe, expect, it } from 'vitest'
import { load, minimal, mistakes } from './support.ts'

const sinks = (...lines: string[]) => `${minimal}audit:\n  sinks:\n${lines.map((line) => `    - ${line}`).join('\n')}\n`

describe('audit sinks', () => {
  it('are none by default', async () => {
    expect((await load(minimal)).audit).toEqual({ sinks: [] })
  })

  it('are files, syslog receivers and HTTPS addresses', async () => {
    const { audit } = await load(
      sinks(
        '{ file: /var/log/firebreak/audit.jsonl }',
        '{ syslog: { host: siem.example.com } }',
        '{ syslog: { host: 10.0.0.1, port: 514, protocol: udp } }',
        '{ https: { url: "https://siem.example.com/in", token: s3cret, ca: /etc/ca.pem } }',
        '{ https: { url: "https://siem.example.com/other", token: "" } }',
      ),
    )
    expect(audit.sinks).toEqual([
      { kind: 'file', path: '/var/log/firebreak/audit.jsonl' },
      { kind: 'syslog', host: 'siem.example.com', port: 6514, protocol: 'tls', ca: null },
      { kind: 'syslog', host: '10.0.0.1', port: 514, protocol: 'udp', ca: null },
      { kind: 'https', url: 'https://siem.example.com/in', token: 's3cret', ca: '/etc/ca.pem' },
      { kind: 'https', url: 'https://siem.example.com/other', token: null, ca: null },
    ])
  })

  it('are refused where one is none of them, two of them, or in the clear', async () => {
    expect(await mistakes(sinks('{}'))).toEqual([expect.stringContaining('must be one of file, syslog and https')])
    expect(await mistakes(sinks('{ file: /tmp/a, syslog: { host: a } }'))).toEqual([
      expect.stringContaining('must be one of file, syslog and https'),
    ])
    expect(await mistakes(sinks('{ https: { url: "http://siem.example.com" } }'))).toEqual([
      expect.stringContaining('must be an https address'),
    ])
    expect(await mistakes(sinks('{ syslog: { host: a, protocol: tpc } }'))).toEqual([
      expect.stringContaining('must be one of tls, tcp, udp'),
    ])
    expect(await mistakes(sinks('{ flie: /tmp/a }'))).toEqual([expect.stringContaining('did you mean "file"?')])
  })
})

describe('retention', () => {
  it('is for ever by default, and by class otherwise', async () => {
    expect((await load(minimal)).retention).toEqual({ conversation: null, output: null })
    expect((await load(`${minimal}retention: { output: 30d }\n`)).retention).toEqual({
      conversation: null,
      output: 30 * 86_400_000,
    })
  })

  it('can’t be had for what was decided and done', async () => {
    expect(await mistakes(`${minimal}retention: { audit: 365d }\n`)).toEqual([expect.stringContaining('unknown key')])
  })
})
