import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventLog } from '../../../service/run/event-log.ts'
import type { EventReader } from '../../../service/run/event-log.ts'
import type { FlatNode } from '../../../service/wire.ts'

function node(id: string, parent: string | null, status: FlatNode['status'] = 'running'): FlatNode {
  return {
    id,
    parent_id: parent,
    name: id,
    kind: 'step',
    label: id,
    status,
    started_at: '',
    duration_ms: null,
  }
}

/** A log with some of everything, and its terminal event. */
function exampleLog(): EventLog {
  const log = new EventLog()
  log.append({ type: 'status', data: { status: 'starting', message: 'Initializing...' } })
  log.append({ type: 'tree_update', data: { nodes: [node('root', null)] } })
  log.append({ type: 'tree_update', data: { nodes: [node('a', 'root'), node('b', 'root')] } })
  log.append({ type: 'content', data: { content: 'one ' } })
  log.append({ type: 'tree_update', data: { nodes: [node('a', 'root', 'ok')] } })
  log.append({ type: 'content', data: { content: 'two' } })
  log.append({ type: 'tree_update', data: { nodes: [node('b', 'root', 'ok'), node('root', null, 'ok')] } })
  return log
}

function readAll(reader: EventReader): string[] {
  const read: string[] = []
  for (let event = reader.next(); event; event = reader.next()) read.push(`${event.seq} ${event.json}`)
  return read
}

test('numbers run from 1 without holes', () => {
  const log = exampleLog()
  expect(readAll(log.reader(0, 'delta')).map((line) => Number.parseInt(line, 10))).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ])
})

test.for(['snapshot', 'delta'] as const)(
  'bytes read after any cuts equal the bytes of one uncut reading (%s)',
  (mode) => {
    const log = exampleLog()
    const whole = readAll(log.reader(0, mode))
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length })), (cuts) => {
        const read: string[] = []
        for (const cut of [...cuts.sort((a, b) => a - b), whole.length]) {
          const reader = log.reader(read.length, mode)
          while (read.length < cut) {
            const event = reader.next()!
            read.push(`${event.seq} ${event.json}`)
          }
        }
        expect(read).toEqual(whole)
      }),
    )
  },
)

test('a snapshot holds every node known by then, and nothing later', () => {
  const third = readAll(exampleLog().reader(2, 'snapshot'))[0]!
  const { data } = JSON.parse(third.slice(2)) as {
    data: { id: string; children: { id: string; status: string }[] }
  }
  expect(data.children.map(({ id, status }) => `${id} ${status}`)).toEqual(['a running', 'b running'])
})

test('after the terminal event nothing can be appended', () => {
  const log = exampleLog()
  log.append({
    type: 'error',
    data: { code: 'x', message: 'x', retryable: false, run_id: 'r', metadata: null! },
  })
  expect(log.ended).toBe(true)
  expect(() => log.append({ type: 'content', data: { content: 'late' } })).toThrow('ended')
})
