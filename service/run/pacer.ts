import type { FlatNode, StatusCode } from '../wire.ts'
import type { EventLog } from './event-log.ts'

/** After the first, at most one tree event in this time. */
const TREE_EVERY_MS = 100
/** Content gathers this long, so that a fast model does not cost a frame a token. */
const CONTENT_EVERY_MS = 40

/** Puts what happens in a run on its log, at a pace that a reader can follow and in an order that makes sense. */
export class Pacer {
  readonly #log: EventLog
  readonly #nodes = new Map<string, FlatNode>()
  #content = ''
  #lastTree = -Infinity
  #lastContent = -Infinity
  #treeTimer: NodeJS.Timeout | null = null
  #contentTimer: NodeJS.Timeout | null = null

  constructor(log: EventLog) {
    this.#log = log
  }

  node(node: FlatNode): void {
    // A call that is over before its start was shown is shown starting all the same.
    if (node.kind === 'llm' && node.status !== 'running' && this.#nodes.get(node.id)?.status === 'running')
      this.#flushTree()
    this.#nodes.set(node.id, node)
    // By a timer even when it is due: a status reported in the same breath explains the step, and goes first.
    const wait = Math.max(0, this.#lastTree + TREE_EVERY_MS - performance.now())
    this.#treeTimer ??= setTimeout(() => this.#flushTree(), wait)
  }

  status(status: StatusCode, message: string): void {
    this.#log.append({ type: 'status', data: { status, message } })
  }

  content(text: string): void {
    this.#content += text
    const wait = this.#lastContent + CONTENT_EVERY_MS - performance.now()
    if (wait <= 0) this.flush()
    else this.#contentTimer ??= setTimeout(() => this.flush(), wait)
  }

  /** Logs whatever is held back: first the tree, so that no text comes before the step that wrote it. */
  flush(): void {
    this.#flushTree()
    if (this.#contentTimer) clearTimeout(this.#contentTimer)
    this.#contentTimer = null
    if (this.#content === '') return
    const content = this.#content
    this.#content = ''
    this.#lastContent = performance.now()
    this.#log.append({ type: 'content', data: { content } })
  }

  #flushTree(): void {
    if (this.#treeTimer) clearTimeout(this.#treeTimer)
    this.#treeTimer = null
    if (this.#nodes.size === 0) return
    const nodes = [...this.#nodes.values()]
    this.#nodes.clear()
    this.#lastTree = performance.now()
    this.#log.append({ type: 'tree_update', data: { nodes } })
  }
}
