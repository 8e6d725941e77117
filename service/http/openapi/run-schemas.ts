import { z } from 'zod'
import type {
  CompleteData,
  ErrorBody,
  ErrorData,
  FlatNode,
  RunEvent,
  RunInfo,
  RunMetadata,
  RunUsage,
  StopInfo,
  TokenUsage,
  TraceNode,
  Visualization,
} from '../../wire.ts'

// The shapes of service/wire.ts, for the document alone; `satisfies` keeps the two together.

export const instant = z.iso.datetime()
export const usd = z.number().nullable().meta({ description: 'USD; null where no price is known.' })

export const errorBody = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'What to branch on.' }),
      message: z.string().meta({ description: 'What happened and what to do, for a person.' }),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .meta({ id: 'Error' }) satisfies z.ZodType<ErrorBody>

export const tokens = {
  prompt_tokens: z.int().nullable(),
  completion_tokens: z.int().nullable(),
  total_tokens: z.int().nullable(),
  cached_tokens: z.int().nullable().meta({ description: 'Among prompt_tokens.' }),
  reasoning_tokens: z.int().nullable().meta({ description: 'Among completion_tokens.' }),
}
const tokenUsage = z.object(tokens).meta({
  id: 'TokenUsage',
  description: 'null where nobody knows, never 0.',
}) satisfies z.ZodType<TokenUsage>

export const usageSource = z.enum(['provider', 'estimated'])

const node = {
  id: z.string().meta({ description: 'The span id.' }),
  parent_id: z.string().nullable(),
  name: z.string(),
  kind: z.enum(['run', 'agent', 'step', 'llm', 'tool', 'retrieval']),
  label: z.string().meta({ description: 'What a person reads.', example: 'Query planning · gpt-5-nano' }),
  status: z.enum(['running', 'retrying', 'ok', 'error', 'stopped']),
  started_at: instant,
  duration_ms: z.int().nullable().meta({ description: 'null while running.' }),
  model: z.string().optional(),
  provider: z.string().optional(),
  attempt: z.int().optional().meta({ description: 'From 1.' }),
  usage: tokenUsage.optional(),
  usage_source: usageSource.optional(),
  cost_usd: z.number().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
}
const flatNode = z.object(node).meta({ id: 'FlatNode' }) satisfies z.ZodType<FlatNode>
const traceNode: z.ZodType<TraceNode> = z
  .object({
    ...node,
    get children() {
      return z.array(traceNode)
    },
  })
  .meta({ id: 'TraceNode', description: 'A step with its own, in order of start.' })

export const runUsage = z
  .object({
    llm_calls: z.int(),
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
    cost_usd: usd,
    unpriced_calls: z.int().meta({ description: 'Calls with tokens and no price.' }),
  })
  .meta({ id: 'RunUsage' }) satisfies z.ZodType<RunUsage>

const visualization = z
  .object({
    id: z.string(),
    type: z.enum(['bar', 'line', 'stacked_bar', 'table']),
    title: z.string(),
    x: z.array(z.string()),
    series: z.array(z.object({ name: z.string(), values: z.array(z.number().nullable()) })),
    columns: z.array(z.string()).optional(),
    rows: z.array(z.array(z.union([z.string(), z.number()]).nullable())).optional(),
    unit: z.string().optional(),
    source_node_id: z.string(),
  })
  .meta({ id: 'Visualization', description: "Made of a tool's rows." }) satisfies z.ZodType<Visualization>

const stopReason = z.enum(['user', 'limit', 'budget', 'shutdown'])
const failure = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() })

export const runMetadata = z
  .object({
    execution_tree: traceNode.nullable(),
    visualizations: z.array(visualization),
    citations: z.array(z.object({ review_id: z.string(), retrieved: z.boolean() })),
    usage: runUsage,
    duration_ms: z.int(),
    trace_url: z.string().optional().meta({ description: 'Where the trace was sampled and exported.' }),
    error: failure.optional(),
    stop_reason: stopReason.optional(),
  })
  .meta({ id: 'RunMetadata' }) satisfies z.ZodType<RunMetadata>

export const completeData = z
  .object({
    message: z.string(),
    session_id: z.string(),
    run_id: z.string(),
    trace_id: z.string(),
    status: z.enum(['ok', 'stopped']),
    stop_reason: stopReason.optional(),
    metadata: runMetadata,
  })
  .meta({ id: 'CompleteData' }) satisfies z.ZodType<CompleteData>

const errorData = failure
  .extend({ run_id: z.string(), metadata: runMetadata })
  .meta({ id: 'ErrorData' }) satisfies z.ZodType<ErrorData>

const statusCode = z.enum([
  'starting',
  'context_ready',
  'planning',
  'retrieving',
  'calling_model',
  'running_tool',
  'retrying',
  'writing',
  'stopping',
])

export const runEvent = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('status'),
      data: z.object({ status: statusCode, message: z.string() }),
    }),
    z.object({
      type: z.literal('tree_update'),
      data: z
        .union([traceNode, z.object({ nodes: z.array(flatNode) })])
        .meta({ description: 'tree=snapshot: the root. tree=delta: changed nodes, to be replaced by id.' }),
    }),
    z.object({ type: z.literal('content'), data: z.object({ content: z.string() }) }),
    z.object({ type: z.literal('complete'), data: completeData }),
    z.object({ type: z.literal('error'), data: errorData }),
  ])
  .meta({ id: 'RunEvent' }) satisfies z.ZodType<RunEvent>

export const runStatus = z.enum(['running', 'ok', 'stopped', 'error', 'interrupted'])

export const runInfo = z
  .object({
    run_id: z.string(),
    session_id: z.string(),
    status: runStatus,
    last_seq: z.int(),
    message: z.string(),
    error: failure.optional(),
    metadata: runMetadata.nullable().meta({ description: 'null while running.' }),
  })
  .meta({ id: 'RunInfo' }) satisfies z.ZodType<RunInfo>

export const stopInfo = z
  .object({ run_id: z.string(), status: z.enum(['stopping', ...runStatus.options]) })
  .meta({ id: 'StopInfo' }) satisfies z.ZodType<StopInfo>
