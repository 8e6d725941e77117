import type { z } from 'zod'
import type { ReviewSource } from '../reviews/review-source.ts'
import type { Visualization } from '../wire.ts'

/** What a tool may use. The company comes from the session, never from the model's arguments. */
export interface ToolContext {
  companyId: string | null
  reviews: ReviewSource
  signal: AbortSignal
}

export interface ToolResult {
  /** JSON for the model: compact, quoted data. */
  content: unknown
  /** A few words for the status line and the tree: "34 of 86 reviews". */
  summary: string
  /** Drawn from the rows in `content`; the runner adds id and source node. */
  visualization?: Omit<Visualization, 'id' | 'source_node_id'>
  /** Reviews the model has now seen and may cite. */
  reviewIds?: string[]
}

/**
 * A tool that an agent may call. To add one, export it from a file in team/tools and name it in team.ts.
 * `run` throws to tell the model that the call failed; the message goes back to it.
 */
export interface Tool<Parameters extends z.ZodObject = z.ZodObject> {
  name: string
  description: string
  parameters: Parameters
  /** What a person reads in the tree: "Searching reviews: legroom". */
  label(args: z.infer<Parameters>): string
  run(args: z.infer<Parameters>, context: ToolContext): Promise<ToolResult>
}

/** Keeps the argument types of one tool while a list holds many. */
export function defineTool<Parameters extends z.ZodObject>(tool: Tool<Parameters>): Tool {
  return tool as unknown as Tool
}
