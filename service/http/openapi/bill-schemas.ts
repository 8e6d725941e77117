import { z } from 'zod'
import type { QueryAverages } from '../../bill/analytics.ts'
import type {
  LlmCall,
  LlmCallDetail,
  ModelUse,
  QueryCost,
  Receipt,
  ReceiptFigures,
  SessionCost,
  UserCost,
} from '../../wire.ts'
import { instant, runStatus, runUsage, tokens, usageSource, usd } from './run-schemas.ts'

const decimalUsd = z
  .string()
  .nullable()
  .meta({ description: 'USD as a decimal, to twelve places; null where no price is known.' })

export const llmCall = z
  .object({
    ...tokens,
    trace_id: z.string().meta({ description: 'Also the run id.' }),
    span_id: z.string(),
    created_at: instant,
    parent_span_id: z.string().nullable(),
    step_path: z.string(),
    duration_ms: z.int().nullable(),
    time_to_first_token_ms: z.int().nullable(),
    provider: z.string(),
    model: z.string().meta({ description: 'As sent.' }),
    response_model: z.string().nullable(),
    call_type: z.enum(['CHAT', 'TOOL_USE', 'EMBEDDING']),
    agent: z.string().nullable(),
    prompt: z.string().nullable().meta({ description: 'First 1000 characters of what was new.' }),
    response: z.string().nullable().meta({ description: 'First 1000 characters.' }),
    usage_source: usageSource.nullable(),
    cost_usd: decimalUsd,
    price_source: z.string().nullable(),
    status: z.enum(['started', 'ok', 'error', 'cancelled', 'interrupted']),
    error_type: z.string().nullable(),
    finish_reason: z.string().nullable(),
    operation_id: z.string().meta({ description: 'The span id of the first attempt.' }),
    attempt: z.int(),
    user_id: z.string(),
    session_id: z.string(),
    company_id: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'LlmCall' }) satisfies z.ZodType<LlmCall>

export const llmCallPage = z.object({
  calls: z.array(llmCall),
  next: z.string().nullable().meta({ description: 'To be given as `after`; null at the end.' }),
})

export const llmCallDetail = llmCall
  .extend({
    request: z.unknown().meta({ description: 'Messages as sent; null once they were removed.' }),
    response_message: z.unknown().meta({ description: 'The message as received, likewise.' }),
  })
  .meta({ id: 'LlmCallDetail' }) satisfies z.ZodType<LlmCallDetail>

const figures = z
  .object({
    status: z.string(),
    prompt_tokens: z.int().nullable(),
    completion_tokens: z.int().nullable(),
    total_tokens: z.int().nullable(),
    cost_usd: usd,
  })
  .meta({ id: 'ReceiptFigures' }) satisfies z.ZodType<ReceiptFigures>

export const receipt = z
  .object({
    run_id: z.string(),
    verdict: z.enum(['agree', 'different']),
    trace: z.enum(['agree', 'different', 'not_exported']),
    usage: runUsage,
    simulated: z.boolean().meta({ description: "Every price is the demo model's." }),
    lines: z.array(
      z.object({
        span_id: z.string(),
        model: z.string(),
        tree: figures.nullable(),
        row: figures.nullable(),
        trace: figures.nullable(),
        differences: z.array(z.string()).meta({ description: 'Names of what differs; empty = agrees.' }),
      }),
    ),
    compared_at: instant,
  })
  .meta({ id: 'Receipt' }) satisfies z.ZodType<Receipt>

const sums = {
  calls: z.int(),
  total_tokens: z.int(),
  cost_usd: decimalUsd,
  unpriced_calls: z.int(),
}

export const modelUse = z
  .object({
    ...sums,
    model: z.string(),
    provider: z.string(),
    failed_calls: z.int(),
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    avg_total_tokens: z.number().nullable(),
  })
  .meta({ id: 'ModelUse' }) satisfies z.ZodType<ModelUse>

export const sessionCost = z
  .object({
    ...sums,
    session_id: z.string(),
    user_id: z.string(),
    queries: z.int(),
    last_call_at: instant,
  })
  .meta({ id: 'SessionCost' }) satisfies z.ZodType<SessionCost>

export const userCost = z
  .object({ ...sums, user_id: z.string(), sessions: z.int(), queries: z.int() })
  .meta({ id: 'UserCost' }) satisfies z.ZodType<UserCost>

export const queryCost = z
  .object({
    ...sums,
    run_id: z.string(),
    session_id: z.string(),
    user_id: z.string(),
    question: z.string().nullable(),
    status: runStatus.nullable(),
    duration_ms: z.int().nullable(),
    created_at: instant,
  })
  .meta({ id: 'QueryCost' }) satisfies z.ZodType<QueryCost>

export const queryAverages = z
  .object({
    queries: z.int(),
    avg_calls: z.number().nullable(),
    avg_total_tokens: z.number().nullable(),
    avg_cost_usd: decimalUsd,
    avg_duration_ms: z.number().nullable(),
  })
  .meta({ id: 'QueryAverages' }) satisfies z.ZodType<QueryAverages>
