import { randomUUID } from 'node:crypto'
import type { ChatRequest, Reply } from './chat-request.ts'
import { countPromptTokens, countTokens, streamPieces } from './tokens.ts'

/** One reply in OpenAI's chat completions form: as a whole, or as the frames of a stream. */
export class Completion {
  readonly #id = `chatcmpl-demo-${randomUUID()}`
  readonly #created = Math.floor(Date.now() / 1000)
  readonly #model: string
  readonly #message: { role: 'assistant'; content: string | null; tool_calls?: ToolCallMessage[] }
  readonly #usage: object

  constructor(request: ChatRequest, reply: Reply) {
    this.#model = request.model
    this.#message =
      'content' in reply
        ? { role: 'assistant', content: reply.content }
        : { role: 'assistant', content: null, tool_calls: reply.toolCalls.map(toolCallMessage) }
    const { content, tool_calls: calls } = this.#message
    const prompt = countPromptTokens(request)
    const completion = countTokens(content ?? JSON.stringify(calls?.map((call) => call.function)))
    this.#usage = {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    }
  }

  /** The body of an answer without stream. */
  body(): object {
    const choice = { index: 0, message: this.#message, logprobs: null, finish_reason: this.#finishReason() }
    return { ...this.#envelope('chat.completion'), choices: [choice], usage: this.#usage }
  }

  /** The frames that carry the reply, each a token or a part of a tool call. */
  deltas(): string[] {
    const { content, tool_calls: calls } = this.#message
    if (content !== null) return streamPieces(content).map((piece) => this.#chunk({ content: piece }))
    return calls!.flatMap(({ function: { name, arguments: args }, ...call }, index) => [
      this.#chunk({ tool_calls: [{ index, ...call, function: { name, arguments: '' } }] }),
      this.#chunk({ tool_calls: [{ index, function: { arguments: args } }] }),
    ])
  }

  opening(): string {
    return this.#chunk({ role: 'assistant', content: this.#message.content === null ? null : '' })
  }

  /** The finish reason, the usage and the end mark. */
  ending(): string {
    const usage = { ...this.#envelope('chat.completion.chunk'), choices: [], usage: this.#usage }
    return `${this.#chunk({}, this.#finishReason())}${frame(usage)}data: [DONE]\n\n`
  }

  #chunk(delta: object, finishReason: string | null = null): string {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason }
    return frame({ ...this.#envelope('chat.completion.chunk'), choices: [choice], usage: null })
  }

  #finishReason(): string {
    return this.#message.tool_calls ? 'tool_calls' : 'stop'
  }

  #envelope(object: string) {
    return { id: this.#id, object, created: this.#created, model: this.#model }
  }
}

interface ToolCallMessage {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

function toolCallMessage(call: { name: string; arguments: object }): ToolCallMessage {
  const args = JSON.stringify(call.arguments)
  return { id: `call_${randomUUID()}`, type: 'function', function: { name: call.name, arguments: args } }
}

function frame(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`
}
