import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { ReviewFilter } from '../../reviews/review-source.ts'
import type { ToolContext } from '../tool.ts'

/** Models send null or "" for what they leave out, and numbers as text. */
function optional<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional())
}

export const optionalText = (description: string) => optional(z.coerce.string().trim()).describe(description)

/** A number out of range is brought into it rather than refused: the model meant "as many as possible". */
export const limit = (most: number, usual: number) =>
  z
    .preprocess((value) => {
      const number = Math.trunc(Number(value ?? usual))
      return Number.isFinite(number) ? Math.min(most, Math.max(1, number)) : usual
    }, z.int().min(1).max(most).optional())
    .describe(`How many to return, 1 to ${most}; default ${usual}.`)

function withoutBlanks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== ''))
}

/** The parameters by which every tool selects reviews. */
export const selection = {
  sentiment: z
    .preprocess(
      (value) => {
        const word = typeof value === 'string' ? value.trim().toLowerCase() : value
        return word === null || word === '' || word === 'any' || word === 'all' ? undefined : word
      },
      z.enum(['negative', 'neutral', 'positive']).optional(),
    )
    .describe("Only reviews of this sentiment, by the source's own rating scale. Omit for all."),
  product: optionalText('Only reviews of this product, as the profile names it. Omit for all.'),
  min_rating: optional(z.coerce.number()).describe("Lowest rating, on the source's scale. Prefer sentiment."),
  max_rating: optional(z.coerce.number()).describe(
    "Highest rating, on the source's scale. Prefer sentiment.",
  ),
  from: optionalText('First day of the reviews, such as 2026-01-31. Reviews without a date never match.'),
  to: optionalText('Last day of the reviews, such as 2026-06-30.'),
  attributes: optional(z.preprocess(withoutBlanks, z.record(z.string(), z.coerce.string()))).describe(
    'Conditions on other columns by name, such as {"country": "Germany"}. Columns: see the profile.',
  ),
}

export type Selection = z.infer<z.ZodObject<typeof selection>>

/** The company of the session. Throws no_company. */
export function companyOf(context: ToolContext): string {
  if (context.companyId !== null) return context.companyId
  throw new AppError(
    'no_company',
    400,
    'No company is chosen, so there are no reviews to look at. Ask the user to choose a company.',
  )
}

/** Without what was not given. */
export function filterOf(args: Selection): ReviewFilter {
  const { sentiment, product, min_rating, max_rating, from, to, attributes } = args
  const given = Object.entries({ sentiment, product, min_rating, max_rating, from, to, attributes })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as ReviewFilter
}

/** The selection as people say it: "negative reviews of Buds Pro about battery, 2026-01-01 to 2026-06-30". */
export function describeSelection(args: Selection & { query?: string | undefined }): string {
  const range = [args.min_rating ?? '', args.max_rating ?? '']
  const rated = range.some((end) => end !== '') ? ` rated ${range.join('–')}` : ''
  const dated = args.from || args.to ? `, ${[args.from ?? 'start', args.to ?? 'today'].join(' to ')}` : ''
  const others = Object.entries(args.attributes ?? {}).map(([name, value]) => `, ${readable(name)} ${value}`)
  const kind = args.sentiment ? `${args.sentiment} reviews` : 'reviews'
  const about = args.query ? ` about ${args.query}` : ''
  return `${kind}${args.product ? ` of ${args.product}` : ''}${about}${rated}${others.join('')}${dated}`
}

/** "cabin_flown" → "cabin flown". */
export function readable(column: string): string {
  return column.replace(/[_-]+/g, ' ').trim()
}

/** The same without nulls, which only cost tokens. */
export function withoutNulls<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null)) as Partial<Value>
}
