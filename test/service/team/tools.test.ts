import { expect, test } from 'vitest'
import { z } from 'zod'
import type {
  AggregateQuery,
  AggregateResult,
  ReviewSource,
  SearchQuery,
  ThemesQuery,
  ThemesResult,
} from '../../../service/reviews/review-source.ts'
import type { Tool } from '../../../service/team/tool.ts'
import { aggregateReviews } from '../../../service/team/tools/aggregate-reviews.ts'
import { findThemes } from '../../../service/team/tools/find-themes.ts'
import { searchReviews } from '../../../service/team/tools/search-reviews.ts'

const tools = [searchReviews, aggregateReviews, findThemes]

/** Records what it is asked and answers what it is given. */
function recorder(answer: Partial<{ aggregate: AggregateResult; themes: ThemesResult }> = {}) {
  const asked: [string, SearchQuery | AggregateQuery | ThemesQuery][] = []
  const hit = { review_id: 'r1', product: null, rating: 2, reviewed_at: null, title: null, text: 'It leaks.' }
  const reviews: ReviewSource = {
    profile: () => Promise.resolve(null),
    get: () => Promise.resolve(null),
    search: (company, query) => (asked.push([company, query]), Promise.resolve({ total: 7, hits: [hit] })),
    aggregate: (company, query) => (asked.push([company, query]), Promise.resolve(answer.aggregate!)),
    themes: (company, query) => (asked.push([company, query]), Promise.resolve(answer.themes!)),
  }
  const run = (tool: Tool, args: unknown, companyId: string | null = 'acme') =>
    tool.run(tool.parameters.parse(args), { companyId, reviews, signal: AbortSignal.timeout(5_000) })
  return { asked, run }
}

test.each(tools)('$name tells a model what each parameter is for', (tool) => {
  const schema = z.toJSONSchema(tool.parameters, { io: 'input' }) as {
    properties: Record<string, { description?: string; type?: string }>
    required?: string[]
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    expect(property.description, name).toBeTruthy()
    expect(property.type, name).toBeTruthy()
  }
  expect(schema.required ?? []).toEqual([])
})

test.each(tools)('$name without a company says that none is chosen', async (tool) => {
  await expect(recorder().run(tool, {}, null)).rejects.toMatchObject({ code: 'no_company', status: 400 })
})

test('the company comes from the session, whatever the model sends', async () => {
  const { asked, run } = recorder()
  await run(searchReviews, { query: 'leak', company: 'other', company_id: 'other', companyId: 'other' })
  expect(asked).toEqual([['acme', { query: 'leak', limit: 10 }]])
})

test('what models send for "omitted" is omitted, numbers may be text, limits are brought into range', async () => {
  const { asked, run } = recorder()
  await run(searchReviews, {
    query: null,
    product: '',
    sentiment: 'Negative',
    min_rating: '2',
    from: null,
    attributes: { cabin: null, rows: 3 },
    limit: '500',
  })
  await run(searchReviews, { sentiment: 'all', limit: -2 })
  await run(searchReviews, { limit: 'many' })
  expect(asked.map(([, query]) => query)).toEqual([
    { sentiment: 'negative', min_rating: 2, attributes: { rows: '3' }, limit: 50 },
    { limit: 1 },
    { limit: 10 },
  ])
})

test('search gives the model hits without nulls and names what it may cite', async () => {
  const result = await recorder().run(searchReviews, { query: 'leak' })
  expect(result).toEqual({
    content: { total: 7, hits: [{ review_id: 'r1', rating: 2, text: 'It leaks.' }] },
    summary: '1 of 7 reviews',
    reviewIds: ['r1'],
  })
})

const row = (group: string, count: number, negative_count: number) => ({
  group,
  count,
  negative_count,
  average_rating: 3,
})
const grouped = (group_by: string | null, ...rows: AggregateResult['rows']): AggregateResult => ({
  group_by,
  total: 10,
  average_rating: 3,
  negative_count: 4,
  rows,
})

test('groups are a bar chart with one value per group', async () => {
  const aggregate = grouped('cabin_flown', row('Economy', 6, 3), row('Business', 4, 1))
  const { content, visualization } = await recorder({ aggregate }).run(aggregateReviews, {
    group_by: 'cabin_flown',
  })
  expect(content).toEqual(aggregate)
  expect(visualization).toEqual({
    type: 'bar',
    title: 'Reviews by cabin flown',
    x: ['Economy', 'Business'],
    series: [
      { name: 'All', values: [6, 4] },
      { name: 'Negative', values: [3, 1] },
    ],
    unit: 'reviews',
  })
})

test('time groups are a line without the undated', async () => {
  const aggregate = grouped('month', row('2026-01', 6, 3), row('2026-02', 3, 1), row('unknown', 1, 0))
  const { visualization } = await recorder({ aggregate }).run(aggregateReviews, {
    group_by: 'month',
    sentiment: 'negative',
    product: 'Kettle',
  })
  expect(visualization).toMatchObject({
    type: 'line',
    title: 'Negative reviews of Kettle by month',
    x: ['2026-01', '2026-02'],
  })
  expect(visualization!.series).toHaveLength(1)
})

test('a total or a single group is no chart', async () => {
  expect(await recorder({ aggregate: grouped(null) }).run(aggregateReviews, {})).not.toHaveProperty(
    'visualization',
  )
  const one = grouped('product', row('Kettle', 10, 4))
  expect(
    await recorder({ aggregate: one }).run(aggregateReviews, { group_by: 'product' }),
  ).not.toHaveProperty('visualization')
})

test('themes are a bar chart of reviews, and their examples may be cited', async () => {
  const theme = (name: string, count: number, ...ids: string[]) => ({
    name,
    count,
    share: count / 10,
    phrases: [name],
    examples: ids.map((review_id) => ({ review_id, quote: 'It leaks.' })),
    average_rating: 2,
  })
  const themes = {
    total: 10,
    compared_with: 20,
    themes: [theme('lid', 5, 'r1', 'r2'), theme('price', 3, 'r2')],
  }
  const result = await recorder({ themes }).run(findThemes, { sentiment: 'negative' })
  expect(result.content).toEqual(themes)
  expect(result.summary).toBe('2 themes in 10 reviews')
  expect(result.reviewIds).toEqual(['r1', 'r2'])
  expect(result.visualization).toEqual({
    type: 'bar',
    title: 'What negative reviews speak of',
    x: ['lid', 'price'],
    series: [{ name: 'Reviews that mention it', values: [5, 3] }],
    unit: 'reviews',
  })
})

test('labels say what is done with which reviews', () => {
  const label = (tool: Tool, args: unknown) => tool.label(tool.parameters.parse(args))
  expect(label(searchReviews, { query: 'legroom' })).toBe('Searching reviews about legroom')
  expect(label(aggregateReviews, { group_by: 'month', sentiment: 'negative' })).toBe(
    'Counting negative reviews by month',
  )
  expect(label(findThemes, { sentiment: 'positive', product: 'Kettle' })).toBe(
    'Finding the themes of positive reviews of Kettle',
  )
})
