import type { FlatNode, RunEvent, TreeMode } from '../wire.ts'
import { Tree } from './tree.ts'

/** What is logged: as on the wire, tree events always as changed nodes. */
export type LoggedEvent =
  Exclude<RunEvent, { type: 'tree_update' }> | { type: 'tree_update'; data: { nodes: FlatNode[] } }

/**
 * The events of one run, numbered from 1 without holes, for any number of readers at any position.
 * Readers pull, so a slow one costs nothing but the log itself.
 */
export class EventLog {
  readonly #events: { event: LoggedEvent; json: string }[] = []
  #bytes = 0
  #ended = false
  #appended = Promise.withResolvers<void>()

  /** @returns the event's number */
  append(event: LoggedEvent): number {
    if (this.#ended) throw new Error('the log has ended')
    const json = JSON.stringify(event)
    this.#events.push({ event, json })
    this.#bytes += json.length
    this.#ended = event.type === 'complete' || event.type === 'error'
    const appended = this.#appended
    this.#appended = Promise.withResolvers()
    appended.resolve()
    return this.#events.length
  }

  get lastSeq(): number {
    return this.#events.length
  }

  /** Characters of all events. */
  get size(): number {
    return this.#bytes
  }

  /** Whether the terminal event is in. */
  get ended(): boolean {
    return this.#ended
  }

  /** Resolves with the next append. */
  get appended(): Promise<void> {
    return this.#appended.promise
  }

  /** A reader that goes on after an event; 0 reads from the start. */
  reader(after: number, mode: TreeMode): EventReader {
    return new EventReader(this.#events, after, mode)
  }
}

/** One reader's place in a log. */
export class EventReader {
  readonly #events: readonly { event: LoggedEvent; json: string }[]
  readonly #tree: Tree | null
  #seq: number

  constructor(events: readonly { event: LoggedEvent; json: string }[], after: number, mode: TreeMode) {
    this.#events = events
    this.#seq = Math.min(after, events.length)
    this.#tree = mode === 'snapshot' ? new Tree() : null
    // A snapshot at N is the fold of events 1 to N, whether they were watched or missed.
    for (const { event } of events.slice(0, this.#seq)) {
      if (event.type === 'tree_update') this.#tree?.apply(event.data.nodes)
    }
  }

  /** The next event as JSON; null where the log has no more for now. */
  next(): { seq: number; json: string } | null {
    const entry = this.#events[this.#seq]
    if (!entry) return null
    this.#seq++
    if (entry.event.type === 'tree_update' && this.#tree) {
      this.#tree.apply(entry.event.data.nodes)
      return { seq: this.#seq, json: JSON.stringify({ type: 'tree_update', data: this.#tree.snapshot() }) }
    }
    return { seq: this.#seq, json: entry.json }
  }
}
