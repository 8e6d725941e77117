import { setTimeout as delay } from 'node:timers/promises'
import type { Attributes, Span } from '@opentelemetry/api'
import { context, SpanKind, trace } from '@opentelemetry/api'
import OpenAI from 'openai'
import { App, Common, GenAi } from '../../otel/names.ts'
import { reportStatus } from '../../otel/status.ts'
import { AppError } from '../errors.ts'
import { redact } from '../redaction.ts'
import { Attempt } from './attempt.ts'
import type { ChatCall, ChatModelOptions, ChatReply } from './chat-call.ts'
import type { Completion } from './completion-stream.ts'
import { readCompletion } from './completion-stream.ts'
import { LlmError } from './llm-error.ts'
import { genAiMessage, previewOf } from './messages.ts'
import { MAX_ATTEMPTS, retryDelayMs } from './retry.ts'
import { estimateTokens } from './usage.ts'

/** Speaks to the model provider. The only module that does, and so the only one that makes LLM spans. */
export class ChatModel {
  readonly #client: OpenAI
  readonly #options: ChatModelOptions
  readonly #server: Attributes

  constructor(options: ChatModelOptions) {
    this.#options = options
    // Retries of the library would be calls without a span and a row.
    this.#client = new OpenAI({ baseURL: options.baseUrl, apiKey: options.apiKey, maxRetries: 0 })
    const url = new URL(options.baseUrl)
    this.#server = {
      [Common.serverAddress]: url.hostname,
      [Common.serverPort]: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    }
  }

  /**
   * One call, streamed. What fails for a passing reason before the first token is tried again, at most twice, and then
   * once more in the same way with the fallback model, if there is one.
   * @throws LlmError of the last attempt, AppError ledger_unavailable where it could not be put on record, or the reason
   *   of the signal; the row of every attempt is kept in every case
   */
  async chat(call: ChatCall): Promise<ChatReply> {
    const operation: Operation = { id: null, attempts: 0 }
    try {
      return await this.#chatWith(call, operation)
    } catch (error) {
      const { fallbackModel } = call
      const passing = error instanceof LlmError && error.transient && !error.answered
      if (!fallbackModel || fallbackModel === call.model || !passing) throw error
      reportRetry(`${call.model} does not answer. Asking ${fallbackModel} instead`)
      return this.#chatWith({ ...call, model: fallbackModel }, operation)
    }
  }

  async #chatWith(call: ChatCall, operation: Operation): Promise<ChatReply> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#attempt(call, operation)
      } catch (error) {
        const wait = retryDelayMs(error, tries)
        if (wait === null) throw error
        const reason = (error as LlmError).code === 'llm_rate_limited' ? 'is busy' : 'did not answer'
        const seconds = Math.max(1, Math.round(wait / 1000))
        reportRetry(`${call.model} ${reason}. Retry ${tries + 1} of ${MAX_ATTEMPTS} in ${seconds} s`)
        await pause(wait, call.signal)
      }
    }
  }

  /** One attempt: a span and a row of its own, from start to end, on record before the provider hears of it. */
  async #attempt(call: ChatCall, operation: Operation): Promise<ChatReply> {
    const span = this.#startSpan(call, operation)
    const attempt = new Attempt(call, this.#options)
    try {
      await context.with(trace.setSpan(context.active(), span), () => this.#perform(call, span, attempt))
      return replyOf(attempt.completion)
    } catch (error) {
      throw attempt.fail(error, span)
    } finally {
      // Counting what nobody reported takes time that is not the call's.
      const endedAt = new Date()
      await attempt.settle(span)
      span.end(endedAt)
    }
  }

  #startSpan({ agent, role, model, messages, tools }: ChatCall, operation: Operation): Span {
    operation.attempts++
    const span = this.#options.tracer.startSpan(`chat ${model}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        [GenAi.operation]: 'chat',
        [GenAi.provider]: this.#options.provider,
        [GenAi.requestModel]: model,
        [GenAi.agent]: agent,
        [App.role]: role,
        [App.label]: `${role} · ${model.split('/').at(-1)}`,
        [App.attempt]: operation.attempts,
        ...(operation.id === null ? {} : { [App.operationId]: operation.id }),
        [App.estimatedPromptTokens]: estimateTokens(JSON.stringify({ messages, tools })),
        ...this.#server,
      },
    })
    operation.id ??= span.spanContext().spanId
    return span
  }

  async #perform(call: ChatCall, span: Span, attempt: Attempt): Promise<void> {
    const { model, messages, tools, signal } = call
    reportStatus(span, 'calling_model', `Asking ${model}`)
    const { texts, captureContent } = this.#options
    texts.request(span.spanContext(), previewOf(messages), { messages, ...(tools ? { tools } : {}) })
    if (captureContent)
      span.setAttribute(GenAi.inputMessages, redact(JSON.stringify(messages.map(genAiMessage))))
    try {
      await texts.durable()
    } catch (error) {
      throw new AppError(
        'ledger_unavailable',
        503,
        'The call was not made because it could not be put on record: the disk of the service refuses writes.',
        { cause: error, retryable: true },
      )
    }
    signal.throwIfAborted()
    attempt.sent = true
    const response = await this.#client.chat.completions
      .create(
        {
          model,
          messages,
          ...(tools ? { tools } : {}),
          stream: true,
          stream_options: { include_usage: true },
        },
        { signal: attempt.watch.signal },
      )
      .asResponse()
    await readCompletion(response, model, attempt.completion, attempt)
    const { text, toolCalls } = attempt.completion
    if (text === '' && toolCalls.length === 0)
      throw new LlmError('llm_empty', `${model} gave an empty answer. Try again.`)
  }
}

/** One call as the caller sees it, over all its attempts. */
interface Operation {
  /** Span id of the first attempt. */
  id: string | null
  attempts: number
}

/** On the step that waits for the call. */
function reportRetry(message: string): void {
  const step = trace.getActiveSpan()
  if (step) reportStatus(step, 'retrying', message)
}

/** @throws the reason of the signal, at once */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}

function replyOf({ text, toolCalls, finishReason }: Completion): ChatReply {
  return { text, toolCalls, finishReason }
}
