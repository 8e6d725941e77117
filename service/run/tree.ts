import type { FlatNode, RunUsage, TraceNode } from '../wire.ts'

/** The execution tree of one run: a fold of changed nodes, in order of first appearance. */
export class Tree {
  readonly #nodes = new Map<string, FlatNode>()

  apply(nodes: Iterable<FlatNode>): void {
    for (const node of nodes) this.#nodes.set(node.id, node)
  }

  get(id: string): FlatNode | undefined {
    return this.#nodes.get(id)
  }

  nodes(): FlatNode[] {
    return [...this.#nodes.values()]
  }

  /** The root with its children nested, in order of start; null before the root is known. */
  snapshot(): TraceNode | null {
    const nested = new Map<string, TraceNode>()
    for (const node of this.#nodes.values()) nested.set(node.id, { ...node, children: [] })
    let root: TraceNode | null = null
    for (const node of nested.values()) {
      if (node.parent_id === null) root ??= node
      else nested.get(node.parent_id)?.children.push(node)
    }
    return root
  }
}

/** The nodes of a nested tree, root first. */
export function flatten(root: TraceNode): TraceNode[] {
  return [root, ...root.children.flatMap(flatten)]
}

/** What a run used: sums over its calls, which are leaves. */
export function usageOf(nodes: FlatNode[]): RunUsage {
  const calls = nodes.filter((node) => node.kind === 'llm')
  const sum = (count: (node: FlatNode) => number | null | undefined) =>
    calls.reduce((total, node) => total + (count(node) ?? 0), 0)
  const priced = calls.filter((node) => node.cost_usd !== undefined)
  return {
    llm_calls: calls.length,
    prompt_tokens: sum((node) => node.usage?.prompt_tokens),
    completion_tokens: sum((node) => node.usage?.completion_tokens),
    total_tokens: sum((node) => node.usage?.total_tokens),
    // Twelve places, like each of the costs: adding up must not leave a tail of its own.
    cost_usd: priced.length === 0 ? null : Number(sum((node) => node.cost_usd).toFixed(12)),
    unpriced_calls: calls.filter((node) => node.usage?.total_tokens != null && node.cost_usd === undefined)
      .length,
  }
}
