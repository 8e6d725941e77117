import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { defaultScript } from './default-script.ts'
import { Exchange, sendJson } from './exchange.ts'
import { countTokens, Ledger } from './ledger.ts'
import type { LedgerEntry } from './ledger.ts'
import type { ProviderMessage, ProviderRequest, ProviderTool, Reply, Script } from './reply.ts'

export { defaultScript } from './default-script.ts'
export type { LedgerEntry } from './ledger.ts'
export type { Reply, Script } from './reply.ts'

export interface FakeProvider {
  /** Base URL, ends in /v1. */
  url: string
  /** One entry per call, in order of arrival; it changes while the call is served. */
  ledger: LedgerEntry[]
  /** Resolves as soon as the condition holds, by events; rejects after `timeoutMs` (default 10 s). */
  waitFor(condition: (ledger: LedgerEntry[]) => boolean, timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

interface CompletionBody {
  model: string
  messages: ProviderMessage[]
  tools?: ProviderTool[]
  stream?: boolean
  stream_options?: { include_usage?: boolean }
}

/** A provider of OpenAI chat completions on 127.0.0.1 that answers by script and keeps a ledger of what it served. */
export async function startFakeProvider({
  script = defaultScript(),
}: { script?: Script } = {}): Promise<FakeProvider> {
  const ledger = new Ledger()
  const server = createServer((request, response) => {
    // A rejection is a mistake in here: unhandled, so that the test run shows it.
    void serve(request, response, script, ledger)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    ledger: ledger.entries,
    waitFor: (condition, timeoutMs = 10_000) => ledger.waitFor(condition, timeoutMs),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, script: Script, ledger: Ledger) {
  if (request.method === 'GET' && request.url === '/v1/models') {
    const data = ['gpt-5-nano', 'gpt-5-mini'].map((id) => ({
      id,
      object: 'model',
      created: 0,
      owned_by: 'fake',
    }))
    return sendJson(response, 200, { object: 'list', data })
  }
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
    const message = `Invalid URL (${request.method} ${request.url})`
    return sendJson(response, 404, { error: { message, type: 'invalid_request_error' } })
  }
  const body = await readBody(request)
  if (!body)
    return sendJson(response, 400, { error: { message: 'No JSON body.', type: 'invalid_request_error' } })
  const entry = entryOf(body, request, ledger.entries.length)
  ledger.add(entry)
  const usageWanted = body.stream_options?.include_usage === true
  await new Exchange(entry, response, () => ledger.changed(), usageWanted).answer(replyTo(entry, script))
}

async function readBody(request: IncomingMessage): Promise<CompletionBody | null> {
  try {
    return (await json(request)) as CompletionBody
  } catch {
    // Not JSON, or the client left while it was sending; where it still listens the 400 says so.
    return null
  }
}

function replyTo(entry: LedgerEntry, script: Script): Reply {
  const { model, messages, tools, stream, index, agent } = entry
  try {
    return script({ model, messages, tools, stream, index, agent })
  } catch (error) {
    const body = { error: { message: `The test's script threw: ${String(error)}`, type: 'script_error' } }
    return { fault: { kind: 'status', status: 500, body } }
  }
}

function entryOf(body: CompletionBody, request: IncomingMessage, index: number): LedgerEntry {
  const tools = body.tools ?? []
  const retries = request.headers['x-stainless-retry-count']
  return {
    index,
    agent: agentOf(tools),
    at: Date.now(),
    model: body.model,
    messages: body.messages,
    tools,
    stream: body.stream === true,
    headers: request.headers,
    attempt: retries === undefined ? null : Number(retries) + 1,
    status: null,
    outcome: 'open',
    usage_reported: null,
    prompt_tokens: countTokens(
      JSON.stringify(body.messages) + (body.tools ? JSON.stringify(body.tools) : ''),
    ),
    completion_tokens: 0,
    chunks_sent: 0,
    text_sent: '',
    finished_at: null,
    client_closed_at: null,
  }
}

function agentOf(tools: ProviderTool[]): ProviderRequest['agent'] {
  if (tools.some((tool) => tool.function.name === 'retrieve')) return 'planner'
  return tools.length > 0 ? 'retriever' : 'analyst'
}
