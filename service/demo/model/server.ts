import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { analyse } from './analyst.ts'
import type { ChatRequest, Reply, Role } from './chat-request.ts'
import { roleOf } from './chat-request.ts'
import type { Completion } from './completion.ts'
import { plan } from './planner.ts'
import { retrieve } from './retriever.ts'
import { BusyDesk, troubleOf } from './trouble.ts'

/** How long things take, in ms; ranges are drawn from evenly. */
export interface Pace {
  /** Before the first token of an answer. */
  thought: [number, number]
  /** Before a reply of planner or retriever, which then comes at once. */
  decision: [number, number]
  /** Between two tokens of an answer. */
  token: [number, number]
}
const HUMAN: Pace = { thought: [200, 400], decision: [300, 700], token: [17, 28] }
const SLOW: Pace = { thought: [4000, 4000], decision: [3000, 3000], token: [150, 200] }

const LARGEST_BODY = 8 * 1024 * 1024
const RETRY_AFTER_SECONDS = 1

export interface DemoModel {
  /** Base URL of the OpenAI API it speaks, ends in /v1. */
  url: string
  close(): Promise<void>
}

/**
 * The demo model: OpenAI's chat completions on 127.0.0.1 at a free port, answered by rule.
 * Any model name is accepted and echoed; usage is always reported. Its troubles are described in trouble.ts.
 */
export async function startDemoModel(
  options: { log?: { error(fields: object, message: string): void }; pace?: Pace } = {},
): Promise<DemoModel> {
  const { log, pace = HUMAN } = options
  // The tables of the tokenizer take a while to load: only where the demo model serves.
  const { Completion } = await import('./completion.ts')
  const desk = new BusyDesk()
  const server = createServer((request, response) => {
    serve(request, response, { Completion, desk, pace }).catch((error: unknown) => {
      if (response.destroyed) return
      log?.error({ err: error }, 'The demo model failed on a request')
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'server_error', 'The demo model failed on this request; the log says why.')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

interface Parts {
  Completion: typeof Completion
  desk: BusyDesk
  pace: Pace
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://demo')
  if (request.method === 'GET' && pathname === '/v1/models') {
    const data = ['gpt-5-nano', 'gpt-5-mini'].map((id) => ({
      id,
      object: 'model',
      created: 0,
      owned_by: 'demo',
    }))
    return sendJson(response, 200, { object: 'list', data })
  }
  if (request.method !== 'POST' || pathname !== '/v1/chat/completions') {
    return refuse(response, 404, 'not_found', `The demo model has no ${request.method} ${pathname}.`)
  }
  const read = await readRequest(request)
  if ('problem' in read) return refuse(response, read.status, 'invalid_request_error', read.problem)
  if (parts.desk.refuses(read.body, Date.now())) {
    const message = 'The demo model is busy, as asked. Try again in a second.'
    return refuse(response, 429, 'rate_limit_exceeded', message, {
      'retry-after': String(RETRY_AFTER_SECONDS),
    })
  }
  await answer(read.body, response, parts)
}

async function answer(request: ChatRequest, response: ServerResponse, parts: Parts): Promise<void> {
  const role = roleOf(request)
  const trouble = troubleOf(request)
  const pace = trouble === 'slow' ? SLOW : parts.pace
  const left = new AbortController()
  response.on('close', () => left.abort())
  const wait = (range: [number, number]) => delay(drawn(range), undefined, { signal: left.signal })

  await wait(role === 'analyst' ? pace.thought : pace.decision)
  if (trouble === 'fail' && role === 'analyst') {
    return refuse(response, 500, 'server_error', 'The demo model failed, as asked.')
  }
  const completion = new parts.Completion(request, reply(role, request))
  const deltas = completion.deltas()
  const sent =
    trouble === 'cut' && role === 'analyst' ? deltas.slice(0, Math.ceil(deltas.length / 2)) : deltas
  const cut = sent.length < deltas.length
  if (!request.stream) {
    if (cut) response.destroy()
    else sendJson(response, 200, completion.body())
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  response.write(completion.opening())
  for (const delta of sent) {
    response.write(delta)
    if (role === 'analyst') await wait(pace.token)
  }
  if (cut) response.destroy()
  else response.end(completion.ending())
}

function reply(role: Role, request: ChatRequest): Reply {
  switch (role) {
    case 'planner':
      return plan(request)
    case 'retriever':
      return retrieve(request)
    case 'analyst':
      return { content: analyse(request) }
  }
}

async function readRequest(
  request: IncomingMessage,
): Promise<{ body: ChatRequest } | { status: number; problem: string }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_BODY) return { status: 413, problem: 'The request is larger than 8 MB.' }
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
    if (isChatRequest(body)) return { body }
  } catch {
    // Not JSON: said below, like JSON of another form.
  }
  return { status: 400, problem: 'The body must be JSON with a model and a list of messages.' }
}

function isChatRequest(body: unknown): body is ChatRequest {
  if (typeof body !== 'object' || body === null) return false
  const { model, messages } = body as Partial<ChatRequest>
  return (
    typeof model === 'string' &&
    Array.isArray(messages) &&
    messages.every(
      (message) => typeof (message as Partial<ChatRequest['messages'][number]> | null)?.role === 'string',
    )
  )
}

function refuse(response: ServerResponse, status: number, code: string, message: string, headers = {}): void {
  sendJson(response, status, { error: { message, type: code, code, param: null } }, headers)
}

function sendJson(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function drawn([least, most]: [number, number]): number {
  return least + Math.random() * (most - least)
}
