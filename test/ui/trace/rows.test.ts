import { expect, test } from 'vitest'
import type { FlatNode, TraceNode } from '../../../service/wire.ts'
import { nest } from '../../../ui/run-state.ts'
import { axisEnd, countSteps, shortLabel, treeRows, usageOf } from '../../../ui/trace/rows.ts'
import { node } from '../played-run.ts'

const call = (id: string, parent: string, tokens: number | null, cost?: number): FlatNode => ({
  ...node(id, parent, { kind: 'llm', status: 'ok' }),
  usage: {
    prompt_tokens: tokens,
    completion_tokens: 0,
    total_tokens: tokens,
    cached_tokens: null,
    reasoning_tokens: null,
  },
  ...(cost === undefined ? {} : { cost_usd: cost }),
})

const tree = nest([
  node('root', null),
  node('plan', 'root', { status: 'ok' }),
  call('a', 'plan', 100, 0.001),
  { ...call('b', 'plan', null), status: 'error' },
  node('write', 'root'),
  call('c', 'write', 50),
]) as TraceNode

test('a parent shows the sum of the calls below, with and without a price', () => {
  expect(usageOf(tree)).toEqual({ calls: 3, tokens: 150, estimated: false, cost: 0.001, unpriced: 1 })
  expect(treeRows(tree, new Set()).map(({ node, usage }) => [node.id, usage.tokens, usage.cost])).toEqual([
    ['root', 150, 0.001],
    ['plan', 100, 0.001],
    ['a', 100, 0.001],
    ['b', null, null],
    ['write', 50, null],
    ['c', 50, null],
  ])
})

test('a failure marks all above it, and nothing beside it', () => {
  const marked = treeRows(tree, new Set()).filter(({ failedBelow }) => failedBelow)
  expect(marked.map(({ node }) => node.id)).toEqual(['root', 'plan'])
})

test('a closed parent hides what is below and keeps its sum and its mark', () => {
  const rows = treeRows(tree, new Set(['plan']))
  expect(rows.map(({ node }) => node.id)).toEqual(['root', 'plan', 'write', 'c'])
  expect(rows[1]).toMatchObject({ expanded: false, failedBelow: true, usage: { tokens: 100 } })
})

test('rows know their place among their siblings', () => {
  expect(treeRows(tree, new Set()).map(({ depth, place }) => [depth, place.position, place.of])).toEqual([
    [0, 1, 1],
    [1, 1, 2],
    [2, 1, 2],
    [2, 2, 2],
    [1, 2, 2],
    [2, 1, 1],
  ])
})

test('the time axis doubles', () => {
  expect([0, 5_000, 5_001, 12_000, 30_000].map(axisEnd)).toEqual([5_000, 5_000, 10_000, 20_000, 40_000])
})

test('the run itself is no step', () => {
  expect(countSteps(tree)).toBe(5)
})

test('a label that ends with the model leaves it out', () => {
  const label = 'Query planning · gpt-5-nano'
  expect(shortLabel({ ...tree, label, model: 'gpt-5-nano' })).toBe('Query planning')
  expect(shortLabel({ ...tree, label })).toBe(label)
})
