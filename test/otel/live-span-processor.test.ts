import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { AlwaysOffSampler, createAlwaysRecordSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import type { LlmCall } from '../../otel/llm-call.ts'
import { LiveSpanProcessor, withObserver } from '../../otel/live-span-processor.ts'
import { App, GenAi } from '../../otel/names.ts'
import { reportStatus } from '../../otel/status.ts'
import type { FlatNode } from '../../otel/trace-node.ts'

/** A tracer whose spans are recorded and not sampled, one watched trace, and what was seen of it. */
function watched({ failing = false } = {}) {
  const calls: LlmCall[] = []
  const nodes: FlatNode[] = []
  const statuses: string[] = []
  const ended: ReadableSpan[] = []
  const errors: unknown[] = []
  const processor = new LiveSpanProcessor(
    { callStarted: (call) => calls.push(call), callEnded: (call) => calls.push(call) },
    (error) => errors.push(error),
  )
  const provider = new TracerProvider({
    sampler: createAlwaysRecordSampler(new AlwaysOffSampler()),
    spanProcessors: [processor],
  })
  const observer = {
    attributes: { 'session.id': 's1', 'user.id': 'u1' },
    nodeChanged(node: FlatNode) {
      if (failing) throw new Error('the tree is broken')
      nodes.push(node)
    },
    statusReported: (status: string, message: string) => statuses.push(`${status}: ${message}`),
    spanEnded: (span: ReadableSpan) => ended.push(span),
  }
  const tracer = provider.getTracer('test')
  const root = tracer.startSpan(
    'invoke_workflow chat',
    { attributes: { [GenAi.operation]: 'invoke_workflow' } },
    withObserver(ROOT_CONTEXT, observer),
  )
  const below = (span = root) => trace.setSpan(ROOT_CONTEXT, span)
  return { tracer, root, below, calls, nodes, statuses, ended, errors }
}

const llm = { [GenAi.operation]: 'chat', [GenAi.requestModel]: 'gpt-5-nano', [GenAi.provider]: 'openai' }

test('a call is told when it starts and again when it ends, with the same key, though nothing is sampled', () => {
  const { tracer, below, calls } = watched()
  const span = tracer.startSpan('chat gpt-5-nano', { attributes: llm }, below())
  expect(calls).toHaveLength(1)
  expect(calls[0]).toMatchObject({ status: 'started', session_id: 's1', user_id: 'u1', duration_ms: null })
  expect(calls[0]!.usage.prompt_tokens).toBeNull()

  span.setAttributes({ [GenAi.inputTokens]: 10, [GenAi.outputTokens]: 5, [GenAi.cost]: 0.000123 })
  span.end()
  expect(calls[1]).toMatchObject({
    status: 'ok',
    trace_id: calls[0]!.trace_id,
    span_id: calls[0]!.span_id,
    created_at: calls[0]!.created_at,
    step_path: 'invoke_workflow chat > chat gpt-5-nano',
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    cost_usd: '0.000123000000',
  })
})

test('the node of a call is running before it ends, and carries usage and cost after', () => {
  const { tracer, root, below, nodes } = watched()
  const span = tracer.startSpan('chat gpt-5-nano', { attributes: llm }, below())
  expect(nodes.at(-1)).toMatchObject({ kind: 'llm', status: 'running', parent_id: root.spanContext().spanId })
  expect(nodes.at(-1)!.usage).toBeUndefined()
  span.setAttributes({ [GenAi.inputTokens]: 10, [GenAi.outputTokens]: 5, [GenAi.cost]: 0.5 })
  span.end()
  expect(nodes.at(-1)).toMatchObject({ status: 'ok', cost_usd: 0.5, usage: { total_tokens: 15 } })
})

test('a status event is told at once, and not after the span has ended', () => {
  const { root, statuses } = watched()
  reportStatus(root, 'planning', 'Planning the answer')
  expect(statuses).toEqual(['planning: Planning the answer'])
  root.end()
  reportStatus(root, 'writing', 'too late')
  expect(statuses).toHaveLength(1)
})

test('a step that retries shows it until it reports something else', () => {
  const { root, nodes } = watched()
  reportStatus(root, 'retrying', 'Retry 2 of 3')
  expect(nodes.at(-1)!.status).toBe('retrying')
  reportStatus(root, 'calling_model', 'Asking')
  expect(nodes.at(-1)!.status).toBe('running')
})

test('a step is no longer retrying once the next attempt has started, and a tree that throws then costs no row', () => {
  const { tracer, root, below, nodes } = watched()
  reportStatus(root, 'retrying', 'Retry 2 of 3')
  tracer.startSpan('chat gpt-5-nano', { attributes: llm }, below()).end()
  expect(nodes.findLast((node) => node.kind === 'run')!.status).toBe('running')

  const broken = watched({ failing: true })
  reportStatus(broken.root, 'retrying', 'Retry 2 of 3')
  broken.tracer.startSpan('chat gpt-5-nano', { attributes: llm }, broken.below()).end()
  expect(broken.calls.map((call) => call.status)).toEqual(['started', 'ok'])
})

test('spans of other libraries are hidden, and their children hang on the nearest visible step', () => {
  const { tracer, root, below, nodes } = watched()
  const http = tracer.startSpan('POST', {}, below())
  const call = tracer.startSpan('chat gpt-5-nano', { attributes: llm }, below(http))
  expect(nodes.map((node) => node.name)).toEqual(['invoke_workflow chat', 'chat gpt-5-nano'])
  expect(nodes.at(-1)!.parent_id).toBe(root.spanContext().spanId)
  call.end()
  http.end()
})

test('a span that starts after its root has ended is still a call of the bill', () => {
  const { tracer, root, below, calls } = watched()
  root.end()
  tracer.startSpan('chat gpt-5-nano', { attributes: llm }, below()).end()
  expect(calls.map((call) => call.status)).toEqual(['started', 'ok'])
})

test('a tree that throws costs neither the span nor the row', () => {
  const { tracer, below, calls, errors } = watched({ failing: true })
  tracer.startSpan('chat gpt-5-nano', { attributes: llm }, below()).end()
  expect(calls.map((call) => call.status)).toEqual(['started', 'ok'])
  expect(errors.length).toBeGreaterThan(0)
})

test('a stopped call is cancelled in the bill and stopped in the tree', () => {
  const { tracer, below, calls, nodes } = watched()
  const span = tracer.startSpan('chat gpt-5-nano', { attributes: llm }, below())
  span.setAttribute(App.stopped, true)
  span.end()
  expect(calls.at(-1)!.status).toBe('cancelled')
  expect(nodes.at(-1)!.status).toBe('stopped')
})

test('parallel traces do not mix', () => {
  const one = watched()
  const two = watched()
  context.with(one.below(), () => one.tracer.startSpan('chat a', { attributes: llm }, one.below()).end())
  two.tracer.startSpan('chat b', { attributes: llm }, two.below()).end()
  expect(one.calls.every((call) => call.trace_id === one.root.spanContext().traceId)).toBe(true)
  expect(two.calls.every((call) => call.trace_id === two.root.spanContext().traceId)).toBe(true)
})
