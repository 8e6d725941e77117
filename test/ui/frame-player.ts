import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunEvent } from '../../service/wire.ts'

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

/** A real HTTP server whose answers a test writes one by one; it keeps what was asked of it. */
export async function startFramePlayer() {
  const requests: { method: string; url: string; body: string }[] = []
  const handlers: Handler[] = []
  const waiting: (() => void)[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      requests.push({ method: req.method ?? '', url: req.url ?? '', body: Buffer.concat(chunks).toString() })
      for (const wake of waiting.splice(0)) wake()
      const handler = handlers.shift()
      if (handler) handler(req, res)
      else res.writeHead(500).end('no answer was written for this request')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    /** The answers to the next requests, in order. */
    answer(...next: Handler[]) {
      handlers.push(...next)
    },
    async requested(count: number) {
      while (requests.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const frame = (seq: number, event: RunEvent) => `id: ${seq}\ndata: ${JSON.stringify(event)}\n\n`

export const sseHeaders = (runId: string) => ({ 'content-type': 'text/event-stream', 'x-run-id': runId })

/** The run up to event `to` (from 1), from where the reader asks to go on; then the end of the body, or of the socket. */
export function frames(runId: string, events: RunEvent[], to: number, end: 'end' | 'cut'): Handler {
  return (req, res) => {
    const after = Number(new URL(req.url ?? '', 'http://any').searchParams.get('after') ?? 0)
    res.writeHead(200, sseHeaders(runId))
    const bytes = events.slice(0, to).map((event, at) => frame(at + 1, event))
    res.write([': open\n\n', ...bytes.slice(after)].join(''), () => {
      if (end === 'end') res.end()
      else res.socket?.destroySoon()
    })
  }
}

export const json =
  (status: number, body: unknown): Handler =>
  (_req, res) => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
