import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect as connectTcp, isIPv6, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import type { Sink } from './sink.ts'

interface Address {
  host: string
  port: number
  protocol: 'tcp' | 'udp' | 'tls'
  ca: string | null
  /** A receiver that takes nothing for so long has stopped reading. */
  stalledMs?: number
}

const CONNECT_WITHIN_MS = 10_000
const STALLED_MS = 10_000
/** Of a datagram, with room for what IP and the header take. */
const MOST_BYTES = 60_000

/**
 * RFC 5424 messages, each with a line as its text: with octet counting (RFC 6587, 5425) over TCP and TLS, one a datagram
 * over UDP. Syslog confirms nothing: what was under way when the receiver died may be missing there.
 */
export function createSyslogSink(name: string, address: Address): Sink {
  return address.protocol === 'udp' ? overUdp(name, address) : overTcp(name, address)
}

/** Facility 13 (log audit), severity 6 (informational). */
const PRIORITY = 13 * 8 + 6
const HOST = hostname().replaceAll(/[^\x21-\x7e]/g, '-') || '-'

const messageOf = (line: string): string =>
  `<${PRIORITY}>1 ${new Date().toISOString()} ${HOST} firebreak ${process.pid} entry - ${line}`

function overTcp(name: string, address: Address): Sink {
  let socket: Socket | null = null
  return {
    name,
    async send(lines, signal) {
      socket = socket?.writable ? socket : await connect(address, signal)
      const frames = lines.map((line) => {
        const message = messageOf(line)
        return `${Buffer.byteLength(message)} ${message}`
      })
      await write(socket, frames.join(''), { signal, stalledMs: address.stalledMs ?? STALLED_MS })
      return null
    },
    close: async () => void socket?.destroy(),
  }
}

async function connect({ host, port, protocol, ca }: Address, signal: AbortSignal): Promise<Socket> {
  const options = { host, port, timeout: CONNECT_WITHIN_MS }
  const socket =
    protocol === 'tls' ? connectTls({ ...options, servername: host, ...(ca !== null && { ca }) }) : connectTcp(options)
  const late = () => socket.destroy(new Error(`no connection within ${CONNECT_WITHIN_MS} ms`))
  socket.once('timeout', late)
  try {
    await once(socket, protocol === 'tls' ? 'secureConnect' : 'connect', { signal })
  } catch (error) {
    socket.destroy()
    throw error
  }
  socket.off('timeout', late).setTimeout(0).setKeepAlive(true, 30_000)
  // A receiver that hangs up, or a connection that breaks between two sends: the next send connects anew.
  socket.on('error', () => {})
  socket.on('end', () => socket.destroy())
  socket.resume()
  return socket
}

/** Until the system has taken it; a connection that breaks first, or on which nothing moves any more, is an error. */
function write(
  socket: Socket,
  text: string,
  { signal, stalledMs }: { signal: AbortSignal; stalledMs: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const broken = () => reject(signal.aborted ? signal.reason : new Error('the connection broke'))
    const abort = () => socket.destroy()
    const stalled = () => {
      reject(new Error(`nothing was taken for ${stalledMs} ms`))
      socket.destroy()
    }
    signal.addEventListener('abort', abort)
    socket.once('close', broken)
    socket.setTimeout(stalledMs, stalled)
    socket.write(text, (error) => {
      socket.off('close', broken).off('timeout', stalled).setTimeout(0)
      signal.removeEventListener('abort', abort)
      if (error) reject(error)
      else resolve()
    })
  })
}

function overUdp(name: string, { host, port }: Address): Sink {
  let socket: UdpSocket | null = null
  return {
    name,
    async send(lines) {
      const udp = socket ?? createSocket(isIPv6(host) ? 'udp6' : 'udp4').on('error', () => {})
      socket = udp
      const long = lines.filter((line) => Buffer.byteLength(line) > MOST_BYTES)
      for (const line of lines) {
        const fitting = long.includes(line) ? withoutPayload(line) : line
        await new Promise<void>((resolve, reject) =>
          udp.send(messageOf(fitting), port, host, (error) => (error ? reject(error) : resolve())),
        )
      }
      return long.length > 0 ? 'an entry is too long for a datagram: it goes without what it says' : null
    },
    close: async () => void socket?.close(),
  }
}

/** Its facts and its hash still hold their place in the chain. */
const withoutPayload = (line: string): string => JSON.stringify({ ...JSON.parse(line), salt: null, payload: null })
