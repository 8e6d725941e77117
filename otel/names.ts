/**
 * Attribute names, in one place because the GenAI ones are still in development
 * (OpenTelemetry GenAI semantic conventions) and move.
 */
export const GenAi = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  /** Seconds. */
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  /** Subsets of input and output. */
  cachedTokens: 'gen_ai.usage.cache_read.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  /** No convention names a cost; this is the one Langfuse reads. USD, on leaf spans only. */
  cost: 'gen_ai.usage.cost',
  conversation: 'gen_ai.conversation.id',
  agent: 'gen_ai.agent.name',
  tool: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  toolArguments: 'gen_ai.tool.call.arguments',
  toolResult: 'gen_ai.tool.call.result',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
} as const

export const Common = {
  session: 'session.id',
  user: 'user.id',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  errorType: 'error.type',
  httpStatus: 'http.response.status_code',
} as const

/** What no convention covers. */
export const App = {
  company: 'app.company.id',
  /** What a person reads in the tree. */
  label: 'app.label',
  /** Makes a span of no GenAI operation visible in the tree. Value: a NodeKind. */
  kind: 'app.kind',
  /** true on a span that was stopped rather than finished or failed. */
  stopped: 'app.stopped',
  operationId: 'app.operation.id',
  attempt: 'app.attempt',
  callType: 'app.call_type',
  role: 'app.agent.role',
  usageSource: 'app.usage.source',
  totalTokens: 'app.usage.total_tokens',
  priceSource: 'app.price.source',
  /** What a tool found, in numbers: "34 of 86 reviews". */
  summary: 'app.tool.summary',
  /** Estimate made before the call, so that a crash can still be billed. */
  estimatedPromptTokens: 'app.usage.estimated_input_tokens',
} as const

/** A span event that the processor turns into a status message; its attributes are `status` and `message`. */
export const STATUS_EVENT = 'app.status'

/** Operations that a provider bills for. */
export const BILLED_OPERATIONS: ReadonlySet<unknown> = new Set([
  'chat',
  'text_completion',
  'generate_content',
  'embeddings',
])
