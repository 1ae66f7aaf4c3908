import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { listenNear } from './port.ts'

/** An address that stays the same from start to start, when nobody else has it. */
const PORT = 3100

/**
 * local-slack's page as people see it: everything goes through to local-slack unchanged, except that window.html is put
 * into its page, which draws what local-slack's own drawing of a message lacks. The bot never speaks to this.
 */
export async function openWindow(slackPort: number): Promise<{ url: string; close(): Promise<void> }> {
  const addition = await readFile(new URL('window.html', import.meta.url), 'utf8')
  const server = createServer((incoming, response) => {
    const { url = '/', method, headers } = incoming
    const isPage = url === '/' || url.startsWith('/archives/')
    if (isPage) return void page(slackPort, addition, response)
    const onwards = request({ host: '127.0.0.1', port: slackPort, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onwards.on('error', () => response.writeHead(502).end('The Slack in the browser does not answer.'))
    incoming.pipe(onwards)
  })
  const sockets = new Set<Socket>()
  server.on('upgrade', (incoming: IncomingMessage, near: Socket, head: Buffer) => {
    const far = connect(slackPort, '127.0.0.1')
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(one)
      one.on('error', () => other.destroy()).on('close', () => sockets.delete(one))
    }
    far.write(`GET ${incoming.url} HTTP/1.1\r\n${headerLines(incoming)}\r\n\r\n`)
    far.write(head)
    near.pipe(far).pipe(near)
  })
  const port = await listenNear(server, PORT)
  return {
    url: `http://localhost:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function page(slackPort: number, addition: string, response: ServerResponse) {
  try {
    const html = await (await fetch(`http://127.0.0.1:${slackPort}/`)).text()
    const ours = html.replace('</title>', () => `</title>${addition}`).replace('try /echo hi', 'try /incident open P1')
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(ours)
  } catch {
    response.writeHead(502).end('The Slack in the browser does not answer.')
  }
}

function headerLines({ rawHeaders }: IncomingMessage): string {
  const lines: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  return lines.join('\r\n')
}
