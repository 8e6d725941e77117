import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureCompany, listCompanies, mayUseCompany } from '../../../service/db/companies.ts'
import { createReviewSource, insertReviews } from '../../../service/db/reviews.ts'
import { loadDemoReviews } from '../../../service/demo/reviews/load.ts'
import type { NewReview } from '../../../service/reviews/new-review.ts'
import type { Sentiment } from '../../../service/reviews/review-source.ts'
import { testDatabase, type TestDatabase } from '../../postgres.ts'

const onTen = { min: 1, max: 10 }

function review(key: string, text: string, rest: Partial<NewReview> = {}): NewReview {
  return { source_key: key, review_id: key, text, ...rest }
}

const acme: NewReview[] = [
  review('a1', 'The seats recline too little and the leg room is poor.', {
    rating: 2,
    rating_scale: onTen,
    product: 'Boeing 747-400',
    reviewed_at: '2015-01-31',
    attributes: { cabin_flown: 'Economy', meals: 2 },
  }),
  review('a2', 'Plenty of legroom. Reclining was easy.', {
    rating: 8,
    rating_scale: onTen,
    product: 'BOEING 747-400',
    reviewed_at: '2015-02-01',
    attributes: { cabin_flown: 'Premium Economy' },
  }),
  review('a3', 'A broken screen and rude crew.', {
    rating: 4,
    rating_scale: onTen,
    product: 'A380',
    reviewed_at: '2014-12-31',
    attributes: { cabin_flown: 'economy' },
  }),
  review('a4', 'Average in every way.', {
    rating: 5,
    rating_scale: onTen,
    product: 'A380',
    title: 'Screens were fine',
  }),
  review('a5', 'Nothing to say of the flight.', { product: null, reviewed_at: '2016-06-15' }),
]

let database: TestDatabase
let source: ReturnType<typeof createReviewSource>
beforeAll(async () => {
  database = await testDatabase()
  source = createReviewSource(database.db)
  await ensureCompany(database.db, { company_id: 'acme', name: 'Acme Air' })
  await ensureCompany(database.db, { company_id: 'other', name: 'Other' })
  await insertReviews(database.db, 'acme', acme)
  await insertReviews(database.db, 'other', [
    review('o1', 'The canary of the other company: legroom, screen, crew.'),
  ])
})
afterAll(() => database.drop())

const ids = (result: { hits: { review_id: string }[] }) => result.hits.map((hit) => hit.review_id)

test('a second insert adds nothing twice', async () => {
  const again = acme.map(({ review_id: _, ...rest }) => rest)
  expect(await insertReviews(database.db, 'acme', again)).toBe(0)
})

test('the same source key in two companies is two reviews', async () => {
  const copies = [{ source_key: 'a1', text: 'Text' }]
  expect(await insertReviews(database.db, 'other', copies)).toBe(1)
  await database.db('reviews').where({ company_id: 'other', source_key: 'a1' }).delete()
})

test.each([
  [onTen, { 1: 'negative', 4: 'negative', 5: 'neutral', 6: 'neutral', 7: 'positive', 10: 'positive' }],
  [
    { min: 1, max: 5 },
    { 1: 'negative', 2: 'negative', 3: 'neutral', 4: 'positive', 5: 'positive' },
  ],
  [
    { min: 0, max: 100 },
    { 0: 'negative', 40: 'negative', 41: 'neutral', 60: 'positive' },
  ],
])('sentiment follows the scale %j', async (scale, expected) => {
  await database.db.transaction(async (trx) => {
    await ensureCompany(trx, { company_id: 'scales', name: 'Scales' })
    const reviews = Object.keys(expected).map((rating) => ({
      source_key: rating,
      text: '-',
      rating: Number(rating),
      rating_scale: scale,
    }))
    await insertReviews(trx, 'scales', reviews)
    const rows = await trx('reviews')
      .where('company_id', 'scales')
      .select(trx.raw('rating::int as rating'), 'sentiment')
    expect(Object.fromEntries(rows.map((row) => [row.rating, row.sentiment]))).toEqual(expected)
    await trx('companies').where('company_id', 'scales').delete()
  })
})

test('search finds other forms and other names of a word', async () => {
  expect(ids(await source.search('acme', { query: 'recline' })).sort()).toEqual(['a1', 'a2'])
  expect(ids(await source.search('acme', { query: 'legroom' })).sort()).toEqual(['a1', 'a2'])
  expect(ids(await source.search('acme', { query: 'staff' }))).toEqual(['a3'])
})

test('what meets more of the search comes first, and the title counts most', async () => {
  expect(ids(await source.search('acme', { query: 'broken screens' }))).toEqual(['a3', 'a4'])
  expect(ids(await source.search('acme', { query: 'screen' }))).toEqual(['a4', 'a3'])
})

test('quotes, OR and minus work as in web search', async () => {
  expect(ids(await source.search('acme', { query: '"rude crew"' }))).toEqual(['a3'])
  expect(ids(await source.search('acme', { query: 'crew OR legroom' })).sort()).toEqual(['a1', 'a2', 'a3'])
  expect(ids(await source.search('acme', { query: 'legroom -poor' }))).toEqual(['a2'])
})

test.each(['the of and', '?!', '"', '""', '-', ' - -- ', '\u0000', '"the of"', '* ( ) & | ! :*', '%', '\\'])(
  'a search of nothing to look for, %j, is no search at all',
  async (query) => {
    expect((await source.search('acme', { query })).total).toBe(5)
  },
)

test.each([
  `'; delete from reviews where 'a' = 'a`,
  'crew" OR "',
  '"unbalanced crew',
  'crew & !legroom | (a <-> b):* \\',
  `${'legroom and seats that recline, '.repeat(160)}`,
  `"${'x'.repeat(5000)}"`,
  'x'.repeat(5000),
  Array.from({ length: 900 }, (_, index) => `word${index}`).join(' '),
  'crew \u0000 screen \ud800',
  '\u202e crew \u0300\u0301',
  'ненависть 🙃 مقعد 座椅 좌석 ที่นั่ง',
])('odd input is searched for without harm: %s', async (query) => {
  const found = await source.search('acme', { query })
  expect(found.hits.length).toBeLessThanOrEqual(found.total)
  expect((await source.aggregate('acme', { query })).total).toBe(found.total)
  expect((await source.aggregate('acme', {})).total).toBe(5)
})

test('what no review speaks of is not found', async () => {
  expect(await source.search('acme', { query: 'qqqq' })).toEqual({ total: 0, hits: [] })
})

test('a misspelt word finds what was meant', async () => {
  expect(ids(await source.search('acme', { query: 'leggroom' })).sort()).toEqual(['a1', 'a2'])
  expect(ids(await source.search('acme', { query: 'broekn' }))).toEqual(['a3'])
})

test('what is in quotes must be met as it stands', async () => {
  expect((await source.search('acme', { query: '"crew rude"' })).total).toBe(0)
  expect(ids(await source.search('acme', { query: '"nothing to say" legroom' }))).toEqual(['a5'])
})

test('a number or a piece of another script is looked for as it is written', async () => {
  const company = { company_id: 'scripts', name: 'Scripts' }
  await ensureCompany(database.db, company)
  await insertReviews(database.db, 'scripts', [
    review('s1', '电池很快没电，客服不理我。'),
    review('s2', '배터리가 너무 빨리 닳아요'),
    review('s3', 'แบตเตอรี่หมดเร็วมาก'),
    review('s4', 'Батарея быстро садится'),
    review('s5', 'Schlechter Akku, schade 😡'),
    review('s6', 'Loud, so we slept badly. Room 7 was no better.'),
  ])
  const found = async (query: string) => ids(await source.search('scripts', { query }))
  expect(await found('电池')).toEqual(['s1'])
  expect(await found('배터리')).toEqual(['s2'])
  expect(await found('แบตเตอรี่')).toEqual(['s3'])
  expect(await found('батарея')).toEqual(['s4'])
  expect(await found('akku')).toEqual(['s5'])
  expect(await found('😡')).toEqual(['s5'])
  expect(await found('7')).toEqual(['s6'])
})

describe('the better of several', () => {
  const kettles = [
    review('k1', 'It is quiet. The handle gets hot.', { rating: 5, rating_scale: onTen }),
    review('k2', 'Very noisy, it wakes the children.', { rating: 2, rating_scale: onTen }),
    review('k3', 'It is not quiet at all.', { rating: 3, rating_scale: onTen }),
    review('k4', 'Easy to clean. The lid broke, though.', { rating: 4, rating_scale: onTen }),
    review('k5', 'Cleaning it is a nightmare.', { rating: 4, rating_scale: onTen }),
    review('k6', 'It boils water. A plain kettle.', { rating: 9, rating_scale: onTen }),
    review('k7', 'The colour faded and the lid will not close.', { rating: 1, rating_scale: onTen }),
    review('k8', 'The lid is lovely. The colour too.', { rating: 10, rating_scale: onTen }),
  ]
  beforeAll(async () => {
    await ensureCompany(database.db, { company_id: 'kettles', name: 'Kettles' })
    await insertReviews(database.db, 'kettles', kettles)
  })
  const first = async (query: string, sentiment?: Sentiment) =>
    ids(await source.search('kettles', { query, ...(sentiment && { sentiment }) }))

  test('is what says the same and not its opposite', async () => {
    expect((await first('quiet'))[0]).toBe('k1')
    expect((await first('noisy')).slice(0, 2).sort()).toEqual(['k2', 'k3'])
    expect((await first('not quiet')).slice(0, 2).sort()).toEqual(['k2', 'k3'])
    expect((await first('hard to clean'))[0]).toBe('k5')
    expect((await first('easy to clean'))[0]).toBe('k4')
  })

  test('is found by other spellings and forms', async () => {
    expect(await first('color fading')).toEqual(['k7', 'k8'])
    expect((await first('breaks'))[0]).toBe('k4')
  })

  test('complains where complaints are asked for', async () => {
    expect((await first('problems with the lid'))[0]).toBe('k7')
    expect((await first('what is good about the lid'))[0]).toBe('k8')
  })
})

test('ratings on several scales are compared on the most frequent one', async () => {
  await ensureCompany(database.db, { company_id: 'mixed', name: 'Mixed' })
  const onFive = { min: 1, max: 5 }
  await insertReviews(database.db, 'mixed', [
    review('m1', 'Bad.', { rating: 2, rating_scale: onFive }),
    review('m2', 'Good.', { rating: 4, rating_scale: onFive }),
    review('m3', 'Fine.', { rating: 3, rating_scale: onFive }),
    review('m4', 'Great.', { rating: 10, rating_scale: onTen }),
    review('m5', 'Poor.', { rating: 4, rating_scale: { min: 0, max: 100 } }),
  ])
  expect(await source.profile('mixed')).toMatchObject({
    rating_scale: onFive,
    other_scales: [onTen, { min: 0, max: 100 }],
    sentiment: { negative: 2, neutral: 1, positive: 2 },
  })
  const all = await source.aggregate('mixed', { group_by: 'rating' })
  expect(all).toMatchObject({ average_rating: 3.03, rating_scale: onFive })
  expect(all.rows.map((row) => row.group)).toEqual(['1.16', '2', '3', '4', '5'])
  expect(ids(await source.search('mixed', { min_rating: 4 })).sort()).toEqual(['m2', 'm4'])
  expect(ids(await source.search('mixed', { max_rating: 2 })).sort()).toEqual(['m1', 'm5'])
  const [hit] = (await source.search('mixed', { query: 'great' })).hits
  expect(hit).toMatchObject({ rating: 10, rating_scale: onTen })
  expect((await source.search('mixed', { query: 'bad' })).hits[0]).not.toHaveProperty('rating_scale')
})

test('without a query the newest come first and undated ones last', async () => {
  const found = await source.search('acme', { limit: 4 })
  expect(ids(found)).toEqual(['a5', 'a2', 'a1', 'a3'])
  expect(found.total).toBe(5)
})

test('conditions hold together and ignore case', async () => {
  expect(ids(await source.search('acme', { product: 'boeing 747-400', sentiment: 'negative' }))).toEqual([
    'a1',
  ])
  expect(ids(await source.search('acme', { min_rating: 4, max_rating: 5 }))).toEqual(['a3', 'a4'])
  expect(ids(await source.search('acme', { attributes: { cabin_flown: 'ECONOMY' } }))).toEqual(['a1', 'a3'])
  expect(ids(await source.search('acme', { attributes: { 'Cabin flown': 'premium economy' } }))).toEqual([
    'a2',
  ])
})

test('a number is itself however it is written, and no part of another', async () => {
  expect(ids(await source.search('acme', { attributes: { meals: '2.0' } }))).toEqual(['a1'])
  expect(ids(await source.search('acme', { product: '74' }))).toEqual([])
  expect(ids(await source.search('acme', { product: '(747' }))).toEqual([])
})

test('a product that no review has exactly finds those that contain it', async () => {
  expect(ids(await source.search('acme', { product: '747' }))).toEqual(['a2', 'a1'])
})

test('dates are inclusive, may be a year or a month, and leave undated reviews out', async () => {
  expect(ids(await source.search('acme', { from: '2014-12-31', to: '2015-01-31' }))).toEqual(['a1', 'a3'])
  expect(ids(await source.search('acme', { from: '2015', to: '2015-02' }))).toEqual(['a2', 'a1'])
  await expect(source.search('acme', { from: 'last week' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await expect(source.search('acme', { to: '2015-02-30' })).rejects.toMatchObject({ code: 'invalid_request' })
})

test('an unknown column is an error that names those there are', async () => {
  await expect(source.aggregate('acme', { group_by: 'colour' })).rejects.toMatchObject({
    code: 'unknown_column',
    message: expect.stringContaining('cabin_flown'),
  })
})

test('no review of another company is ever found', async () => {
  expect(ids(await source.search('acme', { query: 'canary' }))).toEqual([])
  expect((await source.aggregate('acme', {})).total).toBe(5)
  expect(await source.get('acme', 'o1')).toBeNull()
  expect(await source.get('other', 'o1')).toMatchObject({ review_id: 'o1', company_id: 'other' })
  expect(await source.profile('nobody')).toBeNull()
})

test('totals and averages are those of the rows', async () => {
  expect(await source.aggregate('acme', {})).toEqual({
    group_by: null,
    total: 5,
    average_rating: 4.75,
    negative_count: 2,
    rows: [],
  })
})

test('groups add up, spellings in another case are one group, and what has no value is unknown', async () => {
  const { rows } = await source.aggregate('acme', { group_by: 'product' })
  expect(rows.map(({ group, count }) => [group.toLowerCase(), count])).toEqual([
    ['a380', 2],
    ['boeing 747-400', 2],
    ['unknown', 1],
  ])
  expect(rows[1]).toMatchObject({ average_rating: 5, negative_count: 1 })
})

test('time and rating groups come in their own order', async () => {
  const groups = async (group_by: string) =>
    (await source.aggregate('acme', { group_by, limit: 1 })).rows.map((row) => row.group)
  expect(await groups('month')).toEqual(['2014-12', '2015-01', '2015-02', '2016-06', 'unknown'])
  expect(await groups('quarter')).toEqual(['2014-Q4', '2015-Q1', '2016-Q2', 'unknown'])
  expect(await groups('year')).toEqual(['2014', '2015', '2016', 'unknown'])
  expect(await groups('rating')).toEqual(['2', '4', '5', '8', 'unknown'])
})

test('an aggregate of a search counts what the search finds', async () => {
  const query = { query: 'legroom', attributes: { cabin_flown: 'economy' } }
  expect((await source.aggregate('acme', query)).total).toBe((await source.search('acme', query)).total)
})

test('a review is shown whole', async () => {
  expect(await source.get('acme', 'a1')).toEqual({
    review_id: 'a1',
    company_id: 'acme',
    product: 'Boeing 747-400',
    title: null,
    text: 'The seats recline too little and the leg room is poor.',
    rating: 2,
    rating_scale: onTen,
    reviewed_at: '2015-01-31',
    author: null,
    attributes: { cabin_flown: 'Economy', meals: 2 },
  })
})

test('the profile tells what there is to ask', async () => {
  expect(await source.profile('acme')).toMatchObject({
    name: 'Acme Air',
    synthetic: false,
    review_count: 5,
    rating_scale: onTen,
    sentiment: { negative: 2, neutral: 1, positive: 1, unrated: 1 },
    dates: { from: '2014-12-31', to: '2016-06-15', undated: 1 },
    products: [{ count: 2 }, { count: 2 }],
    attributes: [{ name: 'cabin_flown' }, { name: 'meals', values: ['2'] }],
  })
})

test('a company is open to all until it has members, and then to them alone', async () => {
  const { db } = database
  await ensureCompany(db, { company_id: 'closed', name: 'Closed' })
  expect(await mayUseCompany(db, 'closed', 'ann')).toBe(true)
  await db('company_members').insert({ company_id: 'closed', user_id: 'bob' })
  expect(await mayUseCompany(db, 'closed', 'ann')).toBe(false)
  expect(await mayUseCompany(db, 'closed', 'bob')).toBe(true)
  expect(await mayUseCompany(db, 'nobody', 'bob')).toBe(false)
  const seen = async (user: string) => (await listCompanies(db, user)).map((company) => company.company_id)
  expect(await seen('ann')).not.toContain('closed')
  expect(await seen('bob')).toContain('closed')
  expect(await listCompanies(db, 'ann')).toContainEqual({
    company_id: 'acme',
    name: 'Acme Air',
    synthetic: false,
    review_count: 5,
  })
  await db('companies').where('company_id', 'closed').delete()
})

test('demo reviews load once, are flagged as synthetic, and show their gaps', async () => {
  await loadDemoReviews(database.db)
  await loadDemoReviews(database.db)
  const companies = await listCompanies(database.db, 'ann')
  for (const id of ['comp-123', 'comp-456']) {
    expect(companies.find((company) => company.company_id === id)).toMatchObject({
      synthetic: true,
      review_count: 242,
    })
  }
  const audio = await source.themes('comp-123', { sentiment: 'negative', limit: 6 })
  const gaps = audio.themes.map((theme) => theme.name).join(', ')
  for (const gap of [/battery/, /charging case/, /app crash/, /bluetooth/, /microphone/])
    expect(gaps).toMatch(gap)
  const outdoor = await source.themes('comp-456', { sentiment: 'negative', limit: 10 })
  for (const gap of [/zip/, /pole/, /sole/, /strap/, /leak/]) {
    expect(outdoor.themes.map((theme) => theme.name).join(', ')).toMatch(gap)
  }
})

test('themes of one product are compared with its other reviews', async () => {
  const product = 'Drift Buds'
  const { total } = await source.search('comp-123', { product, sentiment: 'negative' })
  const all = await source.search('comp-123', { product })
  const found = await source.themes('comp-123', { product, sentiment: 'negative' })
  expect([found.total, found.compared_with]).toEqual([total, all.total - total])
})
