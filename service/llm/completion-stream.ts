import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions'
import { createParser } from 'eventsource-parser'
import { redact } from '../redaction.ts'
import { LlmError } from './llm-error.ts'
import type { ReportedUsage } from './usage.ts'
import { readUsage } from './usage.ts'

export interface ToolCall {
  id: string
  name: string
  /** JSON as the model wrote it, which need not parse. */
  arguments: string
}

/** What has come of an answer so far; complete once `read` has returned. */
export interface Completion {
  text: string
  toolCalls: ToolCall[]
  /** Of reasoning models that show it; counted, never shown as the answer. */
  reasoning: string
  finishReason: string | null
  responseId: string | null
  responseModel: string | null
  /** The last report wins: some providers send a running total with every chunk. */
  usage: ReportedUsage | null
}

export interface CompletionListener {
  /** Any byte, comments included: the provider is alive. */
  onActivity(): void
  /** The first piece of the answer, whatever it is. */
  onFirstToken(): void
  onText(text: string): void
  /** The answer is whole; what is left is the end of the body, which some servers never send. */
  onDone(): void
}

export function emptyCompletion(): Completion {
  return {
    text: '',
    toolCalls: [],
    reasoning: '',
    finishReason: null,
    responseId: null,
    responseModel: null,
    usage: null,
  }
}

/**
 * Reads the body of a chat completion, streamed or whole, into `completion` as it arrives.
 * Parsed here rather than by the client library, whose stream costs twice as much a token and ends silently when cut.
 * @throws LlmError llm_cut, llm_malformed or llm_unavailable; what came before stays in `completion`
 */
export async function readCompletion(
  response: Response,
  model: string,
  completion: Completion,
  listener: CompletionListener,
): Promise<void> {
  if (!response.body) throw new LlmError('llm_empty', `${model} sent an empty answer. Try again.`)
  let done = false
  let first = true
  const parser = createParser({
    onEvent({ data }) {
      if (done) return
      if (data === '[DONE]') {
        done = true
        return
      }
      const chunk = parse(data, model) as ChatCompletionChunk & { error?: { message?: string } }
      if (chunk.error) throw providerFailed(model, chunk.error.message)
      const delta = chunk.choices?.[0]?.delta
      if (first && delta && (delta.content || delta.tool_calls || reasoningOf(delta))) {
        first = false
        listener.onFirstToken()
      }
      applyChunk(completion, chunk, listener)
    },
  })
  const decoder = new TextDecoder()
  try {
    if (response.headers.get('content-type')?.includes('application/json')) {
      readWhole(await response.text(), model, completion, listener)
      return
    }
    for await (const bytes of response.body) {
      listener.onActivity()
      parser.feed(decoder.decode(bytes, { stream: true }))
      if (done) listener.onDone()
    }
  } catch (error) {
    if (error instanceof LlmError) throw error
    // The answer is whole, whatever becomes of the connection after it.
    if (!done)
      throw new LlmError(
        'llm_cut',
        `The connection to ${model} broke before its answer was complete. Try again.`,
        { cause: error },
      )
  }
  // A provider may number its calls with gaps.
  completion.toolCalls = completion.toolCalls.filter((call) => call !== undefined)
  // Some servers leave out [DONE]; without a finish reason either, the answer was cut off.
  if (!done && completion.finishReason === null) {
    throw new LlmError('llm_cut', `The answer of ${model} ended before it was complete. Try again.`)
  }
}

function readWhole(body: string, model: string, completion: Completion, listener: CompletionListener): void {
  const whole = parse(body, model) as ChatCompletion & { error?: { message?: string } }
  if (whole.error) throw providerFailed(model, whole.error.message)
  listener.onActivity()
  listener.onFirstToken()
  const choice = whole.choices?.[0]
  const toolCalls = choice?.message.tool_calls?.map((call, index) => ({ ...call, index })) ?? []
  applyChunk(
    completion,
    {
      ...whole,
      object: 'chat.completion.chunk',
      choices: choice
        ? [
            {
              index: 0,
              finish_reason: choice.finish_reason,
              delta: { ...choice.message, tool_calls: toolCalls },
            },
          ]
        : [],
    } as ChatCompletionChunk,
    listener,
  )
}

function applyChunk(completion: Completion, chunk: ChatCompletionChunk, listener: CompletionListener): void {
  completion.responseId ??= name(chunk.id)
  completion.responseModel ??= name(chunk.model)
  completion.usage = readUsage(chunk.usage) ?? completion.usage
  const choice = chunk.choices?.[0]
  if (!choice) return
  completion.finishReason = name(choice.finish_reason) ?? completion.finishReason
  const delta = choice.delta
  if (!delta) return
  completion.reasoning += reasoningOf(delta)
  for (const piece of delta.tool_calls ?? []) {
    const call = (completion.toolCalls[piece.index] ??= { id: '', name: '', arguments: '' })
    call.id = name(piece.id) ?? call.id
    call.name = name(piece.function?.name) ?? call.name
    call.arguments += piece.function?.arguments ?? ''
  }
  if (delta.content) {
    // PostgreSQL holds no NUL, and what is shown must be what is stored.
    const text = delta.content.replaceAll('\u0000', '\uFFFD')
    completion.text += text
    listener.onText(text)
  }
}

/** A name that the provider gave: it becomes a column or the name of a span. */
function name(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? redact(value) : null
}

/** OpenRouter says `reasoning`, DeepSeek and vLLM `reasoning_content`. */
function reasoningOf(delta: object): string {
  const { reasoning, reasoning_content: content } = delta as {
    reasoning?: unknown
    reasoning_content?: unknown
  }
  if (typeof reasoning === 'string') return reasoning
  return typeof content === 'string' ? content : ''
}

function parse(json: string, model: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new LlmError('llm_malformed', `${model} sent something that is not an answer. Try again.`, {
      cause: error,
    })
  }
}

function providerFailed(model: string, message: string | undefined): LlmError {
  return new LlmError(
    'llm_unavailable',
    `The model provider failed while answering for ${model}. Try again in a moment.`,
    {
      cause: message,
    },
  )
}
