import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EventLog } from '../../../service/run/event-log.ts'
import { Pacer } from '../../../service/run/pacer.ts'
import type { FlatNode, RunEvent } from '../../../service/wire.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function node(id: string, kind: FlatNode['kind'] = 'step', status: FlatNode['status'] = 'running'): FlatNode {
  return { id, parent_id: null, name: id, kind, label: id, status, started_at: '', duration_ms: null }
}

function events(log: EventLog): RunEvent[] {
  const reader = log.reader(0, 'delta')
  const read: RunEvent[] = []
  for (let event = reader.next(); event; event = reader.next()) read.push(JSON.parse(event.json) as RunEvent)
  return read
}

test('the first change leaves at once, and later ones at most every 100 ms', () => {
  const log = new EventLog()
  const pacer = new Pacer(log)
  pacer.node(node('a'))
  vi.advanceTimersByTime(1)
  expect(log.lastSeq).toBe(1)
  for (let i = 0; i < 99; i++) {
    vi.advanceTimersByTime(10)
    pacer.node(node(`n${i}`))
  }
  vi.advanceTimersByTime(100)
  expect(log.lastSeq).toBeGreaterThanOrEqual(9)
  expect(log.lastSeq).toBeLessThanOrEqual(12)
})

test('content leaves at once and then in pieces, without losing a character', () => {
  const log = new EventLog()
  const pacer = new Pacer(log)
  for (let i = 0; i < 100; i++) {
    pacer.content(`${i} `)
    vi.advanceTimersByTime(5)
  }
  pacer.flush()
  const pieces = events(log).flatMap((event) => (event.type === 'content' ? [event.data.content] : []))
  expect(pieces[0]).toBe('0 ')
  expect(pieces.join('')).toBe(Array.from({ length: 100 }, (_, i) => `${i} `).join(''))
  expect(pieces.length).toBeLessThan(20)
})

test('a status goes ahead of the step that was changed in the same breath', () => {
  const log = new EventLog()
  const pacer = new Pacer(log)
  pacer.node(node('a'))
  pacer.status('starting', 'Initializing...')
  vi.advanceTimersByTime(1)
  expect(events(log).map((event) => event.type)).toEqual(['status', 'tree_update'])
})

test('the step that writes is shown before what it writes', () => {
  const log = new EventLog()
  const pacer = new Pacer(log)
  pacer.node(node('a'))
  vi.advanceTimersByTime(1)
  pacer.node(node('writer'))
  pacer.content('text')
  expect(events(log).map((event) => event.type)).toEqual(['tree_update', 'tree_update', 'content'])
})

test('a call that is over within the pause is shown starting all the same', () => {
  const log = new EventLog()
  const pacer = new Pacer(log)
  pacer.node(node('a'))
  vi.advanceTimersByTime(1)
  pacer.node(node('call', 'llm'))
  pacer.node(node('call', 'llm', 'ok'))
  pacer.flush()
  const seen = events(log).flatMap((event) =>
    event.type === 'tree_update' && 'nodes' in event.data
      ? event.data.nodes.map((one) => `${one.id} ${one.status}`)
      : [],
  )
  expect(seen).toEqual(['a running', 'call running', 'call ok'])
})
