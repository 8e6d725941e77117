import { expect, test } from 'vitest'
import type { TracedCall } from '../../../otel/otlp.ts'
import { compareCalls } from '../../../service/bill/receipt.ts'
import type { LlmCall, TraceNode } from '../../../service/wire.ts'
import { UNKNOWN_USAGE, call } from './example-bill.ts'

const ID = 'a1b2c3d4e5f60718'

function row(changes: Partial<LlmCall> = {}): LlmCall {
  const { usage, ...rest } = call({ span_id: ID })
  return { ...rest, ...usage, prompt: null, response: null, ...changes }
}

function node(changes: Partial<TraceNode> = {}): TraceNode {
  return {
    id: ID,
    parent_id: 'root',
    name: 'chat gpt-5-nano',
    kind: 'llm',
    label: 'Query planning · gpt-5-nano',
    status: 'ok',
    started_at: '2026-11-22T12:00:00.000Z',
    duration_ms: 400,
    model: 'gpt-5-nano',
    provider: 'openai',
    attempt: 1,
    usage: { ...UNKNOWN_USAGE, prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
    cost_usd: 0.001,
    children: [],
    ...changes,
  }
}

/** Calls under an agent under the root, as they stand in a tree. */
function tree(calls: TraceNode[], root: Partial<TraceNode> = {}): TraceNode {
  const agent = node({ id: 'agent', kind: 'agent', children: calls })
  return node({ id: 'root', parent_id: null, kind: 'run', children: [agent], ...root })
}

function span(changes: Partial<TracedCall> = {}): TracedCall {
  return {
    trace_id: 'a'.repeat(32),
    span_id: ID,
    model: 'gpt-5-nano',
    status: 'ok',
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    cost_usd: 0.001,
    ...changes,
  }
}

test('three accounts of the same calls agree', () => {
  const compared = compareCalls({ tree: tree([node()]), rows: [row()], trace: [span()] })
  const figures = {
    status: 'ok',
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    cost_usd: 0.001,
  }
  expect(compared).toEqual({
    verdict: 'agree',
    trace: 'agree',
    simulated: false,
    usage: {
      llm_calls: 1,
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      cost_usd: 0.001,
      unpriced_calls: 0,
    },
    lines: [
      { span_id: ID, model: 'gpt-5-nano', tree: figures, row: figures, trace: figures, differences: [] },
    ],
  })
})

test('a run that was not exported is not a run whose trace differs', () => {
  expect(compareCalls({ tree: tree([node()]), rows: [row()], trace: null })).toMatchObject({
    verdict: 'agree',
    trace: 'not_exported',
    lines: [{ trace: null, differences: [] }],
  })
})

test.each([
  ['model', { model: 'gpt-5-mini' }],
  ['status', { status: 'error' }],
  ['prompt_tokens', { prompt_tokens: 101 }],
  ['completion_tokens', { completion_tokens: null }],
  ['total_tokens', { total_tokens: 0 }],
  ['cost_usd', { cost_usd: '0.001000000001' }],
] as [string, Partial<LlmCall>][])('a row that differs from the tree in %s is found', (field, changes) => {
  expect(compareCalls({ tree: tree([node()]), rows: [row(changes)], trace: null })).toMatchObject({
    verdict: 'different',
    trace: 'not_exported',
    lines: [{ differences: [field] }],
  })
})

test.each([
  ['model', { model: 'gpt-5-mini' }],
  ['status', { status: 'cancelled' }],
  ['prompt_tokens', { prompt_tokens: null }],
  ['total_tokens', { total_tokens: 121 }],
  ['cost_usd', { cost_usd: null }],
] as [string, Partial<TracedCall>][])(
  'a trace that differs from the rows in %s is found',
  (field, changes) => {
    expect(compareCalls({ tree: tree([node()]), rows: [row()], trace: [span(changes)] })).toMatchObject({
      verdict: 'different',
      trace: 'different',
      lines: [{ differences: [field] }],
    })
  },
)

test('tree and rows that differ do not make the trace differ from the rows', () => {
  const compared = compareCalls({
    tree: tree([node({ cost_usd: 0.002 })]),
    rows: [row()],
    trace: [span()],
  })
  expect(compared).toMatchObject({ verdict: 'different', trace: 'agree' })
})

test('costs are compared to twelve places and no further', () => {
  const compared = compareCalls({
    tree: tree([node({ cost_usd: 0.1 + 0.2 })]),
    rows: [row({ cost_usd: '0.300000000000' })],
    trace: [span({ cost_usd: 0.3 })],
  })
  expect(compared.verdict).toBe('agree')
})

test('unknown tokens are not the same as none', () => {
  const compared = compareCalls({
    tree: tree([node({ usage: { ...UNKNOWN_USAGE } })]),
    rows: [row({ ...UNKNOWN_USAGE, prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })],
    trace: null,
  })
  expect(compared.lines[0]?.differences).toEqual(['prompt_tokens', 'completion_tokens', 'total_tokens'])
})

test.each([
  ['stopped', 'cancelled', {}],
  ['error', 'error', { error: { code: 'llm_timeout', message: 'Too slow.' } }],
  ['error', 'interrupted', { error: { code: 'interrupted', message: 'Ask again.' } }],
  ['running', 'started', {}],
  ['retrying', 'started', {}],
] as [TraceNode['status'], LlmCall['status'], Partial<TraceNode>][])(
  'a node that is %s is a row that is %s',
  (nodeStatus, rowStatus, changes) => {
    const compared = compareCalls({
      tree: tree([node({ status: nodeStatus, ...changes })]),
      rows: [row({ status: rowStatus })],
      trace: null,
    })
    expect(compared).toMatchObject({
      verdict: 'agree',
      lines: [{ tree: { status: rowStatus }, row: { status: rowStatus } }],
    })
  },
)

test.each([
  ['tree', { tree: tree([]), rows: [row()], trace: [span()] }],
  ['row', { tree: tree([node()]), rows: [], trace: [span()] }],
  ['trace', { tree: tree([node()]), rows: [row()], trace: [] }],
] as const)('a call that is missing in the %s is a difference', (account, accounts) => {
  const compared = compareCalls({ ...accounts, rows: [...accounts.rows], trace: [...accounts.trace] })
  expect(compared).toMatchObject({ verdict: 'different', lines: [{ [account]: null }] })
  expect(compared.lines[0]?.differences).toEqual(['status'])
  expect(compared.trace).toBe(account === 'trace' ? 'different' : 'agree')
})

test('a process that died may have taken spans with it, and the rest must agree', () => {
  const died = { error: { code: 'interrupted', message: 'Ask again.' }, status: 'error' as const }
  const other = 'b'.repeat(16)
  const accounts = {
    tree: tree([node({ ...died }), node({ id: other })], died),
    rows: [row({ status: 'interrupted' }), row({ span_id: other })],
  }
  expect(compareCalls({ ...accounts, trace: [span({ span_id: other })] })).toMatchObject({
    verdict: 'agree',
    trace: 'agree',
  })
  const compared = compareCalls({ ...accounts, trace: [span({ span_id: other, total_tokens: 7 })] })
  expect(compared).toMatchObject({ verdict: 'different', trace: 'different' })
})

test('the sums are those of the rows; a call without a price counts as unpriced, one without tokens does not', () => {
  const { usage } = compareCalls({
    tree: null,
    rows: [
      row({ span_id: '1', cost_usd: '0.100000000000' }),
      row({ span_id: '2', cost_usd: '0.200000000000' }),
      row({ span_id: '3', cost_usd: null }),
      row({ span_id: '4', cost_usd: null, ...UNKNOWN_USAGE }),
    ],
    trace: null,
  })
  expect(usage).toEqual({
    llm_calls: 4,
    prompt_tokens: 300,
    completion_tokens: 60,
    total_tokens: 360,
    cost_usd: 0.3,
    unpriced_calls: 1,
  })
})

test('a receipt is simulated where every price is', () => {
  const simulated = row({ price_source: 'simulated' })
  const of = (rows: LlmCall[]) => compareCalls({ tree: null, rows, trace: null }).simulated
  expect(of([simulated, row({ cost_usd: null, price_source: null })])).toBe(true)
  expect(of([simulated, row()])).toBe(false)
  expect(of([])).toBe(false)
})
