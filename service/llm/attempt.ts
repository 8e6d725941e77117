import type { Attributes, Span } from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'
import { App, Common, GenAi } from '../../otel/names.ts'
import { AppError } from '../errors.ts'
import { redact } from '../redaction.ts'
import type { ChatCall, ChatModelOptions } from './chat-call.ts'
import type { Completion } from './completion-stream.ts'
import { emptyCompletion } from './completion-stream.ts'
import { LlmError, llmErrorOf } from './llm-error.ts'
import { genAiMessage, messageOf } from './messages.ts'
import { priceOf } from './pricing.ts'
import { countTokens } from './usage.ts'
import { Watch } from './watch.ts'

/** A server that has said [DONE] gets this long to end the body, so that its connection can be used again. */
const END_OF_BODY_MS = 500

/** What is known of one call while it is under way: its clocks, and what has come of the answer. */
export class Attempt {
  readonly completion: Completion = emptyCompletion()
  /** Whether the provider may have heard of it. */
  sent = false
  readonly watch: Watch
  readonly #call: ChatCall
  readonly #options: ChatModelOptions
  readonly #startedAt = performance.now()
  #firstTokenAt: number | null = null
  /** Refused outright, so that nothing was used. */
  #refused = false

  constructor(call: ChatCall, options: ChatModelOptions) {
    this.#call = call
    this.#options = options
    this.watch = new Watch(call.signal, options.firstByteTimeoutMs)
  }

  onActivity(): void {
    this.watch.expectWithin(this.#options.idleTimeoutMs)
  }

  onFirstToken(): void {
    this.#firstTokenAt = performance.now()
  }

  onText(text: string): void {
    this.#call.onText?.(text)
  }

  onDone(): void {
    this.watch.expectWithin(END_OF_BODY_MS)
  }

  /** Marks the span with what went wrong, and returns what to throw. */
  fail(error: unknown, span: Span): unknown {
    const { signal, model } = this.#call
    if (signal.aborted) {
      span.setAttribute(App.stopped, true)
      return signal.reason
    }
    const failure = this.watch.expired
      ? new LlmError(
          'llm_timeout',
          `${model} did not answer within ${Math.round(this.watch.limitMs / 1000)} s. Try again, or raise the LLM_*_TIMEOUT_SECONDS settings.`,
          { cause: error },
        )
      : error instanceof AppError
        ? error
        : llmErrorOf(error, model)
    if (failure instanceof LlmError) {
      failure.answered = this.#firstTokenAt !== null
      this.#refused = failure.httpStatus !== undefined || failure.code === 'llm_unreachable'
      if (failure.httpStatus !== undefined) span.setAttribute(Common.httpStatus, failure.httpStatus)
    }
    span.setAttribute(Common.errorType, failure.code)
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message })
    return failure
  }

  /** Puts usage, price and outcome on the span. Never throws: the span must end. */
  async settle(span: Span): Promise<void> {
    this.watch.end()
    const { model } = this.#call
    const { completion } = this
    const usage = completion.usage ?? (this.sent && !this.#refused ? await this.#estimatedUsage() : null)
    span.setAttributes(
      defined({
        [GenAi.responseId]: completion.responseId,
        [GenAi.responseModel]: completion.responseModel,
        [GenAi.finishReasons]: completion.finishReason === null ? null : [completion.finishReason],
        [GenAi.timeToFirstChunk]:
          this.#firstTokenAt === null ? null : (this.#firstTokenAt - this.#startedAt) / 1000,
        [App.callType]: completion.toolCalls.length > 0 ? 'TOOL_USE' : 'CHAT',
      }),
    )
    if (usage) {
      const price = priceOf(this.#options.provider, model, usage, completion.usage?.cost_usd ?? null)
      span.setAttributes(
        defined({
          [GenAi.inputTokens]: usage.prompt_tokens,
          [GenAi.outputTokens]: usage.completion_tokens,
          [App.totalTokens]: usage.total_tokens,
          [GenAi.cachedTokens]: usage.cached_tokens,
          [GenAi.reasoningTokens]: usage.reasoning_tokens,
          [App.usageSource]: completion.usage ? 'provider' : 'estimated',
          [GenAi.cost]: price?.usd,
          [App.priceSource]: price?.source,
        }),
      )
    }
    const message = messageOf(completion)
    if (message) {
      const preview =
        completion.text || completion.toolCalls.map((one) => `${one.name}(${one.arguments})`).join('\n')
      this.#options.texts.response(span.spanContext(), preview, message)
      if (this.#options.captureContent) {
        span.setAttribute(GenAi.outputMessages, redact(JSON.stringify([genAiMessage(message)])))
      }
    }
  }

  /** Nobody reported, but the provider was at work: counted by us, the completion unknown until something came. */
  async #estimatedUsage() {
    const { messages, tools } = this.#call
    const { text, reasoning, toolCalls } = this.completion
    const written = text + reasoning + toolCalls.map((one) => one.name + one.arguments).join('')
    const prompt = await countTokens(JSON.stringify({ messages, tools }))
    const completion = written === '' ? null : await countTokens(written)
    return {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + (completion ?? 0),
      cached_tokens: null,
      reasoning_tokens: null,
    }
  }
}

function defined(attributes: Record<string, string | number | string[] | null | undefined>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined),
  ) as Attributes
}
