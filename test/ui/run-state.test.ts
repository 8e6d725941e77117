import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FlatNode, RunEvent, TraceNode } from '../../service/wire.ts'
import { apply, fromMessage, idleRun, nest, type RunState } from '../../ui/run-state.ts'
import { completion, metadata, node, playedRun } from './played-run.ts'

const fold = (events: [number, RunEvent][], start = idleRun): RunState =>
  events.reduce((state, [seq, event]) => apply(state, seq, event), start)
const numbered = (events: RunEvent[]) => events.map((event, at): [number, RunEvent] => [at + 1, event])

/** A tree grown node by node, each node changed now and then, with text in between. */
const anyRun = fc
  .array(fc.record({ parent: fc.nat(), changes: fc.array(fc.nat(), { maxLength: 3 }), text: fc.string() }), {
    maxLength: 30,
  })
  .map((steps) => {
    const nodes: FlatNode[] = [node('n0', null)]
    const events: RunEvent[] = [{ type: 'tree_update', data: { nodes: [...nodes] } }]
    for (const step of steps) {
      const added = node(`n${nodes.length}`, `n${step.parent % nodes.length}`)
      nodes.push(added)
      const changed = step.changes.map((pick) => ({ ...nodes[pick % nodes.length]!, status: 'ok' as const }))
      events.push({ type: 'tree_update', data: { nodes: [added, ...changed] } })
      events.push({ type: 'content', data: { content: step.text } })
    }
    return events
  })

test('however often a run is cut and read again from an earlier event, the state is the same', () => {
  fc.assert(
    fc.property(anyRun, fc.array(fc.tuple(fc.nat(), fc.nat())), (events, cuts) => {
      const whole = numbered(events)
      let state = idleRun
      for (const [end, overlap] of cuts) {
        const from = Math.max(0, state.seq - (overlap % (state.seq + 1)))
        state = fold(whole.slice(from, from + (end % (whole.length + 1))), state)
      }
      state = fold(whole.slice(state.seq), state)
      expect(state).toEqual(fold(whole))
    }),
  )
})

test('a node keeps its place among its siblings whatever changes', () => {
  const ids = (tree: TraceNode | null): string[] => (tree ? [tree.id, ...tree.children.flatMap(ids)] : [])
  fc.assert(
    fc.property(anyRun, (events) => {
      let shown: string[] = []
      let state = idleRun
      for (const [seq, event] of numbered(events)) {
        state = apply(state, seq, event)
        const now = ids(state.tree)
        expect(now.filter((id) => shown.includes(id))).toEqual(shown)
        shown = now
      }
    }),
  )
})

test('a whole tree and its changed nodes one by one fold to the same tree', () => {
  const tree = metadata.execution_tree as TraceNode
  const snapshot = apply(idleRun, 1, { type: 'tree_update', data: tree })
  expect(snapshot.tree).toEqual(tree)
  expect(fold(numbered(playedRun)).tree).toEqual(tree)
})

test('a node whose parent is not known yet hangs on the root until it is', () => {
  const early = nest([node('root', null), node('child', 'late')])
  expect(early?.children.map((child) => child.id)).toEqual(['child'])
  const later = nest([node('root', null), node('child', 'late'), node('late', 'root')])
  expect(later?.children.map((child) => child.id)).toEqual(['late'])
  expect(later?.children[0]?.children.map((child) => child.id)).toEqual(['child'])
})

test('nothing changes a run after its terminal event', () => {
  const ended = fold(numbered(playedRun))
  expect(apply(ended, 99, { type: 'content', data: { content: 'late' } })).toBe(ended)
  expect(apply(ended, 99, { type: 'complete', data: { ...completion, message: 'other' } })).toBe(ended)
})

test('a stored message shows as the run that wrote it', () => {
  const watched = fold(numbered(playedRun))
  const stored = fromMessage(
    {
      id: 'm2',
      role: 'assistant',
      content: completion.message,
      run_id: completion.run_id,
      status: 'ok',
      created_at: '2026-01-01T00:00:00.000Z',
      metadata,
    },
    's1',
  )
  expect({ ...stored, seq: watched.seq }).toEqual(watched)
})
