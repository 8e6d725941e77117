import type { RunView } from '../live-run.svelte.ts'
import { nodesOf, span } from '../trace/rows.ts'

/** A call that is silent for this long deserves a word. */
const patienceMs = 10_000

/** What the team is doing, in one line. */
export function statusWords({ state, connection, isStopping }: RunView, now: number): string {
  if (connection.state === 'reconnecting') {
    return state.runId === null
      ? 'Connecting…'
      : 'Connection lost. The run continues on the server. Reconnecting…'
  }
  if (isStopping) return 'Stopping'
  if (state.tree && state.content === '') {
    for (const node of nodesOf(state.tree)) {
      if (node.kind !== 'llm' || node.status !== 'running') continue
      const waited = span(node, state.tree, now).length
      if (waited >= patienceMs)
        return `Still waiting for ${node.model ?? 'the model'}, ${Math.floor(waited / 1000)} s`
    }
  }
  return state.status?.message ?? 'Sending the question'
}
