import { afterAll, beforeAll, expect, test } from 'vitest'
import { createReviewSource } from '../../../service/db/reviews.ts'
import { loadDemoReviews } from '../../../service/demo/reviews/load.ts'
import { judgedSearches, measureSearches } from '../../eval/judged-searches.ts'
import { knownThemes, measureThemes } from '../../eval/known-themes.ts'
import { bestPrecisionAt10, mean, ndcgAt10, precisionAt10 } from '../../eval/measures.ts'
import { testDatabase, type TestDatabase } from '../../postgres.ts'

let database: TestDatabase
let source: ReturnType<typeof createReviewSource>
beforeAll(async () => {
  database = await testDatabase()
  source = createReviewSource(database.db)
  await loadDemoReviews(database.db)
})
afterAll(() => database.drop())

test('searches that were judged by hand find what they should', async () => {
  const figures = await measureSearches(source, await judgedSearches())
  expect(figures.length).toBeGreaterThanOrEqual(25)
  expect(mean(figures.map(({ ndcg }) => ndcg))).toBeGreaterThan(0.92)
  expect(mean(figures.map(({ precision }) => precision))).toBeGreaterThan(0.72)
})

test('themes name what is known to be wrong and to be liked', async () => {
  const figures = await measureThemes(source, await knownThemes())
  for (const { recall, selection } of figures)
    expect(recall, `${selection.company}, ${selection.sentiment}`).toBeGreaterThan(0.8)
})

test('every judged review exists', async () => {
  const ids = new Set<string>(await database.db('reviews').pluck('review_id'))
  for (const { grades } of await judgedSearches())
    for (const id of `${grades[2]} ${grades[1] ?? ''}`.trim().split(' ')) expect(ids).toContain(id)
})

test('the measures are those of the books', () => {
  const grades = new Map([
    ['a', 2],
    ['b', 1],
  ])
  expect(precisionAt10(['a', 'x', 'b'], grades)).toBe(0.2)
  expect(bestPrecisionAt10(grades)).toBe(0.2)
  expect(ndcgAt10(['a', 'b'], grades)).toBe(1)
  expect(ndcgAt10(['x'], grades)).toBe(0)
  expect(ndcgAt10(['b', 'a'], grades)).toBeCloseTo((1 + 3 / Math.log2(3)) / (3 + 1 / Math.log2(3)))
})
