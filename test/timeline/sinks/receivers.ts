import { createSocket } from 'node:dgram'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

interface Certificate {
  cert: string
  key: string
}

/** A syslog receiver over TCP or TLS that takes octet-counted frames apart. */
export async function startSyslog(certificate?: Certificate) {
  const messages: string[] = []
  const sockets = new Set<Socket>()
  let reading = true
  const receive = (socket: Socket) => {
    sockets.add(socket)
    if (!reading) return void socket.on('error', () => {}).pause()
    let rest = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data])
      for (let frame = /^(\d+) /.exec(rest.toString('latin1', 0, 10)); frame; ) {
        const [start, length] = [frame[0].length, Number(frame[1])]
        if (rest.length < start + length) return
        messages.push(rest.toString('utf8', start, start + length))
        rest = rest.subarray(start + length)
        frame = /^(\d+) /.exec(rest.toString('latin1', 0, 10))
      }
      if (rest.length > 0 && !/^\d{0,9}/.test(rest.toString('latin1', 0, 10))) throw new Error('This is no frame')
    })
  }
  const server: Server = certificate ? createTlsServer(certificate, receive) : createServer(receive)
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    })
  /** Whoever connects from now on is let in, and not read. */
  const stall = () => {
    reading = false
  }
  const read = () => {
    reading = true
  }
  return { port, messages, close, open: () => listen(port), stall, read }
}

export async function startUdp() {
  const messages: string[] = []
  const socket = createSocket('udp4').on('message', (message) => void messages.push(message.toString()))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { port: socket.address().port, messages, close: () => new Promise<void>((resolve) => socket.close(resolve)) }
}

/** Takes posted lines; `answers` are the next status codes, then 204. */
export async function startHttps(certificate: Certificate) {
  const lines: string[] = []
  const tokens: (string | undefined)[] = []
  const answers: number[] = []
  const server = createHttpsServer(certificate, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    tokens.push(request.headers.authorization)
    const status = answers.shift() ?? 204
    if (status < 300) lines.push(...Buffer.concat(chunks).toString().trimEnd().split('\n'))
    response.writeHead(status, status === 301 ? { location: 'https://elsewhere.example/' } : {}).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...{ lines, tokens, answers, url: `https://localhost:${(server.address() as AddressInfo).port}/firebreak` },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
