import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { chunksOf, messageOf } from './chunks.ts'
import type { Chunk } from './chunks.ts'
import { countTokens } from './ledger.ts'
import type { LedgerEntry, ReportedUsage } from './ledger.ts'
import type { Reply } from './reply.ts'

/** One call being answered; every step of it is noted in its ledger entry. */
export class Exchange {
  readonly #entry: LedgerEntry
  readonly #response: ServerResponse
  readonly #changed: () => void
  readonly #usageWanted: boolean
  readonly #left = new AbortController()

  constructor(entry: LedgerEntry, response: ServerResponse, changed: () => void, usageWanted: boolean) {
    this.#entry = entry
    this.#response = response
    this.#changed = changed
    this.#usageWanted = usageWanted
    response.on('close', () => {
      if (entry.outcome !== 'open') return
      entry.client_closed_at = Date.now()
      this.#finish('client_closed')
      this.#left.abort()
    })
  }

  async answer(reply: Reply): Promise<void> {
    try {
      if (reply.firstByteDelayMs) await this.#pause(reply.firstByteDelayMs)
      if (reply.fault?.kind === 'status') return this.#refuseWith(reply.fault)
      if (reply.fault?.kind === 'refuse') {
        this.#finish('error')
        this.#response.destroy()
      } else if (this.#entry.stream) await this.#stream(reply)
      else await this.#whole(reply)
    } catch (error) {
      if (!this.#left.signal.aborted) throw error
    }
  }

  #refuseWith(fault: { status: number; body?: unknown; retryAfter?: number }) {
    const { status, retryAfter } = fault
    const body = fault.body ?? {
      error: { message: `The fake provider answers ${status}.`, type: 'fake', code: null },
    }
    this.#entry.status = status
    this.#finish('error')
    sendJson(
      this.#response,
      status,
      body,
      retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    )
  }

  async #whole(reply: Reply) {
    if (reply.chunkDelayMs) await this.#pause(reply.chunkDelayMs)
    if (reply.holdUntil) await this.#hold(reply.holdUntil.promise)
    for (const chunk of chunksOf(reply)) this.#count(chunk)
    const choice = { index: 0, message: messageOf(reply), logprobs: null, finish_reason: finishReason(reply) }
    const usage = this.#usageAtEnd(reply)
    const body = JSON.stringify({
      ...this.#envelope('chat.completion'),
      choices: [choice],
      ...(usage && { usage }),
    })
    this.#entry.status = 200
    const headers = { 'content-type': 'application/json' }
    if (!reply.fault) {
      this.#entry.usage_reported = usage ?? null
      this.#finish('completed')
      this.#response.writeHead(200, headers).end(body)
      return
    }
    const half = reply.fault.kind === 'empty' ? '' : body.slice(0, body.length / 2)
    this.#response.writeHead(200, {
      ...headers,
      ...(reply.fault.kind === 'cut' && { 'content-length': body.length }),
    })
    this.#response.write(half)
    await this.#fail(reply.fault.kind)
  }

  async #stream(reply: Reply) {
    const { fault } = reply
    this.#entry.status = 200
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    })
    this.#response.flushHeaders()
    this.#changed()
    if (fault?.kind === 'empty') return this.#fail('empty')
    const failsAfter = fault && 'afterChunks' in fault ? fault.afterChunks : undefined
    this.#send({ role: 'assistant', content: '', refusal: null }, reply)
    for (const [sent, chunk] of chunksOf(reply).entries()) {
      if (sent === failsAfter) break
      if (reply.keepAliveComments) this.#response.write(': FAKE PROVIDER PROCESSING\n\n')
      if (reply.holdUntil?.afterChunk === sent) await this.#hold(reply.holdUntil.promise)
      if (reply.chunkDelayMs) await this.#pause(reply.chunkDelayMs)
      this.#count(chunk)
      this.#send(chunk.delta, reply)
    }
    if (reply.holdUntil && reply.holdUntil.afterChunk >= this.#entry.chunks_sent)
      await this.#hold(reply.holdUntil.promise)
    if (fault) return this.#fail(fault.kind)
    this.#send({}, reply, finishReason(reply))
    const usage = this.#usageAtEnd(reply)
    if (usage && reply.usage !== 'cumulative') {
      this.#entry.usage_reported = usage
      this.#frame({ ...this.#envelope('chat.completion.chunk'), choices: [], usage })
    }
    this.#response.write('data: [DONE]\n\n')
    this.#finish('completed')
    this.#response.end()
  }

  /** Ends, or stops answering, in the way of the fault. */
  async #fail(kind: NonNullable<Reply['fault']>['kind']) {
    if (kind === 'stall') return this.#hold(new Promise(() => undefined))
    if (kind === 'malformed' && this.#entry.stream)
      this.#response.write('data: {"choices":[{"delta":{"conte\n\n')
    // What was written leaves first: a socket destroyed at once would take it along.
    await new Promise<void>((resolve) => this.#response.write('', () => resolve()))
    this.#finish('cut')
    if (kind === 'cut') this.#response.destroy()
    else this.#response.end()
  }

  #send(delta: Record<string, unknown>, reply: Reply, finish: string | null = null) {
    const usage = reply.usage === 'cumulative' ? this.#counted() : null
    if (usage) this.#entry.usage_reported = usage
    this.#frame({
      ...this.#envelope('chat.completion.chunk'),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(usage || this.#usageWanted ? { usage } : {}),
    })
    this.#changed()
  }

  #frame(data: unknown) {
    this.#response.write(`data: ${JSON.stringify(data)}\n\n`)
  }

  #count(chunk: Chunk) {
    this.#entry.chunks_sent += 1
    this.#entry.text_sent += chunk.text
    this.#entry.completion_tokens = countTokens(this.#entry.text_sent)
  }

  #counted(): ReportedUsage {
    return reported({
      prompt_tokens: this.#entry.prompt_tokens,
      completion_tokens: this.#entry.completion_tokens,
    })
  }

  #usageAtEnd(reply: Reply): ReportedUsage | undefined {
    if (reply.usage === 'none' || (this.#entry.stream && !this.#usageWanted)) return undefined
    return typeof reply.usage === 'object' ? reported(reply.usage) : this.#counted()
  }

  #envelope(object: string) {
    const created = Math.floor(this.#entry.at / 1000)
    return { id: `chatcmpl-fake-${this.#entry.index}`, object, created, model: this.#entry.model }
  }

  #finish(outcome: LedgerEntry['outcome']) {
    this.#entry.outcome = outcome
    this.#entry.finished_at = Date.now()
    this.#changed()
  }

  #pause(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#left.signal })
  }

  /** Waits, but no longer than the client does. */
  async #hold(promise: Promise<unknown>) {
    const { signal } = this.#left
    const left = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    )
    if (!signal.aborted) await Promise.race([promise, left])
    signal.throwIfAborted()
  }
}

function finishReason(reply: Reply): string {
  return reply.finishReason ?? (reply.toolCalls ? 'tool_calls' : 'stop')
}

function reported(figures: Exclude<Reply['usage'], string | undefined>): ReportedUsage {
  const { prompt_tokens, completion_tokens, cached_tokens = 0, reasoning_tokens = 0, cost } = figures
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens },
    completion_tokens_details: { reasoning_tokens },
    ...(cost === undefined ? {} : { cost }),
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
