import type { CompletionUsage } from 'openai/resources/completions'
import { estimateTokenCount } from 'tokenx'
import type { TokenUsage } from '../wire.ts'

/** Usage as the provider reported it, and its own price where it gives one (OpenRouter's `usage.cost`, USD). */
export interface ReportedUsage extends TokenUsage {
  cost_usd: number | null
}

/** Beyond these a figure is a mistake, and would fit no row; what is not believed is unknown. */
const MOST_TOKENS = 1_000_000_000
const MOST_USD = 1_000_000

/** Reads a `usage` object; null where it holds no token count. Unknown counts stay null, never 0. */
export function readUsage(usage: unknown): ReportedUsage | null {
  if (typeof usage !== 'object' || usage === null) return null
  const reported = usage as Partial<CompletionUsage> & { cost?: unknown }
  const prompt = count(reported.prompt_tokens)
  const completion = count(reported.completion_tokens)
  if (prompt === null && completion === null) return null
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: count(reported.total_tokens) ?? (prompt ?? 0) + (completion ?? 0),
    cached_tokens: count(reported.prompt_tokens_details?.cached_tokens),
    reasoning_tokens: count(reported.completion_tokens_details?.reasoning_tokens),
    cost_usd:
      typeof reported.cost === 'number' && reported.cost >= 0 && reported.cost <= MOST_USD
        ? reported.cost
        : null,
  }
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : null
}

/** Quick estimate within about a fifth, for the record made before a call. */
export function estimateTokens(text: string): number {
  return estimateTokenCount(text)
}

/** Beyond this a tokenizer that is quadratic on some texts would block the process. */
const COUNTED_CHARS = 20_000

const loadTokenizer = () => import('gpt-tokenizer/encoding/o200k_base')

/** Loads the tokenizer ahead of its first use, which is while somebody waits for a stop to be done. */
export async function warmTokenizer(): Promise<void> {
  await loadTokenizer()
}

/** Tokens of a text by the o200k tokenizer, for calls whose usage nobody reported; long texts in proportion. */
export async function countTokens(text: string): Promise<number> {
  if (text === '') return 0
  // Loaded apart: only calls whose usage nobody reported need it.
  const { countTokens } = await loadTokenizer()
  const counted = text.slice(0, COUNTED_CHARS)
  if (/(\S)\1{200}/.test(counted)) return estimateTokens(text)
  // Text that looks like a special token is text.
  const tokens = countTokens(counted, { disallowedSpecial: new Set() })
  return Math.round((tokens * text.length) / counted.length)
}
