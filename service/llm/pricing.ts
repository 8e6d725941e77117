import { calcPrice } from '@pydantic/genai-prices'
import type { TokenUsage } from '../wire.ts'

export interface Price {
  /** USD, rounded to twelve places: the only rounding on the way to the bill. */
  usd: number
  /** Where the price comes from, as the row says it. */
  source: string
}

/** Provider name of the demo model, whose prices are those of the model it stands in for. */
export const DEMO_PROVIDER = 'demo'

/**
 * The price of one call: the provider's own figure where it gave one, else the price list of genai-prices.
 * Cached and reasoning tokens are subsets of prompt and completion, and are not counted again.
 * @param reported USD as the provider says (`usage.cost`)
 * @returns null where no price is known
 */
export function priceOf(
  provider: string,
  model: string,
  usage: TokenUsage,
  reported: number | null,
): Price | null {
  if (reported !== null) return { usd: rounded(reported), source: 'provider' }
  if (usage.prompt_tokens === null && usage.completion_tokens === null) return null
  const input = usage.prompt_tokens ?? 0
  const listed = listPrice(model, {
    input_tokens: input,
    output_tokens: usage.completion_tokens ?? 0,
    // The list refuses more cached than prompt tokens.
    cache_read_tokens: Math.min(usage.cached_tokens ?? 0, input),
  })
  if (listed === null) return null
  return { usd: rounded(listed), source: provider === DEMO_PROVIDER ? 'simulated' : 'genai-prices' }
}

function listPrice(model: string, usage: Parameters<typeof calcPrice>[0]): number | null {
  // The names of OpenRouter, "vendor/model", are found only under that provider.
  const options = model.includes('/') ? { providerId: 'openrouter' } : {}
  return calcPrice(usage, model, options)?.total_price ?? null
}

function rounded(usd: number): number {
  return Number(usd.toFixed(12))
}
