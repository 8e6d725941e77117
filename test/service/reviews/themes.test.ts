import { expect, test } from 'vitest'
import type { ThemeReview } from '../../../service/reviews/theme-candidates.ts'
import { findThemesAside } from '../../../service/reviews/themes-thread.ts'
import { findThemes } from '../../../service/reviews/themes.ts'

function reviews(rating: number, ...texts: string[]): ThemeReview[] {
  return texts.map((text) => ({
    review_id: text.slice(0, 40),
    title: null,
    text,
    rating,
    selected: rating <= 2,
  }))
}
const praise = reviews(
  5,
  'The sound is wonderful and the kettle is quiet.',
  'Great kettle, great price, quick delivery.',
  'It boils quickly and looks great in the kitchen.',
  'I love this kettle. The handle is comfortable.',
  'Boils quickly, pours well. The lid is easy to open.',
  'My second kettle of theirs, excellent again.',
  'A great present. The kettle arrived on time.',
  'Very happy with the kettle and its colour.',
)
const lids = [
  'The lid broke after a month. I liked the colour.',
  'Terrible. The lid does not close any more.',
  'A broken lid and nobody to talk to at customer service.',
  'The lid is loose and steam burns your hand.',
  'Lid broke off on the first day, what a waste of money.',
]
const service = [
  'Customer service never answered. Awful.',
  'I called customer service four times about the leak.',
  'Customer support was rude and the lid is loose too.',
]
const cables = [
  'The power cord is far too short.',
  'Such a short power cord is useless.',
  'Power cord got hot, which scares me.',
]
const complaints = reviews(1, ...lids, ...service, ...cables)

const find = (selection: ThemeReview[] = [...complaints, ...praise]) =>
  findThemes(selection, { limit: 5, sentiment: 'negative', brands: ['Acme'], products: [] })

test('themes are what the selection speaks of and the rest does not', () => {
  const { total, compared_with, themes } = find()
  expect([total, compared_with]).toEqual([11, 8])
  expect(themes[0]!.name).toMatch(/lid/)
  expect(themes.map((theme) => theme.name).join()).toMatch(/customer service/)
  expect(themes.map((theme) => theme.name).join()).toMatch(/power cord/)
  expect(themes.map((theme) => theme.name)).not.toContain('kettle')
})

test('a theme counts reviews and not mentions, and other names for the same thing with it', () => {
  const [lid] = find().themes
  expect(lid!.count).toBe(6)
  expect(lid!.share).toBeCloseTo(6 / 11, 2)
  const support = find().themes.find((theme) => theme.phrases.includes('customer service'))
  expect(support!.count).toBe(4)
})

test('an example is a sentence of the review as it stands', () => {
  const texts = new Map(complaints.map((review) => [review.review_id, review.text]))
  for (const theme of find().themes) {
    expect(theme.examples.length).toBeGreaterThan(0)
    for (const { review_id, quote } of theme.examples) expect(texts.get(review_id)).toContain(quote)
  }
})

test('words of feeling, filler and brands are no themes', () => {
  const angry = reviews(
    1,
    'Terrible, awful, the worst Acme ever. Never again.',
    'Acme is terrible. Never again!',
    'Awful Acme. Never again.',
  )
  expect(find([...angry, ...praise]).themes).toEqual([])
})

test('what a bad review praises is no problem', () => {
  const mixed = reviews(
    1,
    'The engraving is beautiful but the lid broke.',
    'Beautiful engraving, however the lid broke.',
    'I love the engraving. The cord is short though.',
    'Lovely engraving, except that the cord melted.',
    'The lid broke. Awful.',
    'Such a short cord, useless.',
  )
  const names = find([...mixed, ...praise]).themes.map((theme) => theme.name)
  expect(names.join()).toMatch(/lid/)
  expect(names.join()).not.toMatch(/engraving/)
})

test('what the others mention more often does not tell the selection apart', () => {
  const blue = (count: number, rating: number) =>
    reviews(
      rating,
      ...Array.from({ length: count }, (_, index) => `Number ${index} came with a blue handle.`),
    )
  const names = find([...complaints, ...blue(2, 1), ...blue(9, 5), ...praise]).themes.map(
    (theme) => theme.name,
  )
  expect(names.join()).toMatch(/lid/)
  expect(names.join()).not.toMatch(/handle/)
})

test('what is said of a thing is named by its property, in either order', () => {
  const seats = reviews(
    1,
    'The seats were very uncomfortable.',
    'Uncomfortable seats again.',
    'I never had such an uncomfortable seat.',
  )
  expect(find([...seats, ...praise]).themes[0]).toMatchObject({ name: 'seat comfort', count: 3 })
})

test('names of places are no themes', () => {
  const flights = reviews(
    1,
    'We flew from Heathrow with a broken armrest.',
    'Stuck at Heathrow, and the armrest was loose.',
    'The armrest hurt all the way to Heathrow.',
  )
  const names = find([...flights, ...praise]).themes.map((theme) => theme.name)
  expect(names.join()).toMatch(/armrest/)
  expect(names.join()).not.toMatch(/heathrow/i)
})

test('two spellings of a compound are one theme', () => {
  const rooms = reviews(1, 'No legroom at all.', 'The leg room is a joke.', 'Poor leg-room for tall people.')
  expect(find([...rooms, ...praise]).themes[0]!.count).toBe(3)
})

const dated = (given: ThemeReview[], year: number) =>
  given.map((review, index) => ({
    ...review,
    review_id: `${year}-${index}`,
    reviewed_at: `${year}-0${1 + (index % 9)}-01`,
  }))

test('a trend compares the earlier half of the dated selection with the later', () => {
  const lid = reviews(1, ...Array.from({ length: 9 }, (_, index) => `The lid broke. Number ${index}.`))
  const cord = reviews(1, ...Array.from({ length: 11 }, (_, index) => `The cord melted. Number ${index}.`))
  const both = [
    ...dated([...lid, ...cord.slice(0, 3)], 2024),
    ...dated([...cord.slice(3), ...lid.slice(0, 4)], 2025),
  ]
  const { halves, themes } = find([...both, ...praise])
  expect(halves).toMatchObject({
    earlier: { from: '2024-01-01', total: 12 },
    later: { from: '2025-01-01', to: '2025-09-01', total: 12 },
  })
  expect(themes.find((theme) => theme.name.includes('lid'))!.trend).toEqual({ earlier: 0.75, later: 0.333 })
  expect(themes.find((theme) => theme.name.includes('cord'))!.trend).toEqual({ earlier: 0.25, later: 0.667 })
})

test('without enough dates there is no trend', () => {
  const { halves, themes } = find([...dated(complaints, 2024).slice(0, 8), ...complaints.slice(8), ...praise])
  expect(halves).toBeNull()
  expect(themes[0]!.trend).toBeNull()
  const oneDay = complaints.concat(complaints).map((review) => ({ ...review, reviewed_at: '2024-05-01' }))
  expect(find([...oneDay, ...praise]).halves).toBeNull()
})

test('two names for the same trouble are one theme', () => {
  const drops = reviews(
    1,
    'Bluetooth dropouts every evening.',
    'I get bluetooth dropouts on the bus.',
    'Constant bluetooth dropouts, useless.',
    'The bluetooth connection is lost in the next room.',
    'A bad bluetooth connection, again.',
    'The bluetooth connection fails all the time.',
  )
  const { themes } = find([...drops, ...praise])
  expect(themes.filter((theme) => /bluetooth|dropout|connection/.test(theme.name))).toHaveLength(1)
  expect(themes[0]!.count).toBe(6)
})

test('what is said in the same breath every time is no theme of its own', () => {
  const soft = reviews(
    5,
    ...Array.from({ length: 6 }, (_, n) => `Comfortable even with glasses, I wear it ${n} hours.`),
  )
  const others = reviews(5, ...Array.from({ length: 8 }, (_, n) => `Very comfortable, ${n} times.`))
  const { themes } = findThemes(
    [...soft, ...others].map((review) => ({ ...review, selected: true })),
    {
      limit: 5,
      sentiment: 'positive',
    },
  )
  expect(themes.map((theme) => theme.name)).toEqual([expect.stringMatching(/comfort/)])
})

test('what one of many mentions is chance and no theme', () => {
  const many = Array.from({ length: 10 }, () => complaints).flat()
  const once = reviews(1, 'The thermostat is broken.', 'A rusty spout.', 'The thermostat never stops.')
  const names = findThemes([...many, ...once, ...praise], { limit: 20, sentiment: 'negative' }).themes
  expect(names.map((theme) => theme.name).join()).not.toMatch(/thermostat|spout/)
})

test('a word that matters in one phrase only does not bring its other uses along', () => {
  const covers = reviews(
    1,
    ...Array.from({ length: 5 }, (_, n) => `The rain cover tore on day ${n}.`),
    ...lids,
  )
  const rain = reviews(5, ...Array.from({ length: 8 }, (_, n) => `Dry after ${n} hours of rain, great.`))
  const extra = reviews(1, 'Steady rain, and the lid broke.', 'It came in the rain, the lid is loose.')
  const cover = find([...covers, ...extra, ...rain]).themes.find((theme) => /rain/.test(theme.name))
  expect(cover).toMatchObject({ name: 'rain cover', count: 5 })
})

test('what is praised is named as praise', () => {
  const kind = reviews(
    5,
    'The staff are friendly.',
    'Friendly people.',
    'Polite and friendly as ever.',
    'Such friendly service.',
  )
  const { themes } = findThemes(
    [...kind, ...complaints].map((review) => ({ ...review, selected: review.rating === 5 })),
    {
      limit: 3,
      sentiment: 'positive',
    },
  )
  expect(themes[0]!.name).toMatch(/friendliness/)
})

test('an empty selection has no themes, and a selection without comparison has', () => {
  expect(find(praise)).toEqual({ total: 0, compared_with: 8, halves: null, themes: [] })
  expect(find(complaints).themes[0]!.name).toMatch(/lid/)
})

test('any text can be read: other scripts, emoji, no full stop in 50 kB', () => {
  const odd = reviews(1, '水漏れがひどい', '😡😡 lid!!!', 'lid '.repeat(12_000), '', '...')
  for (const theme of find([...odd, ...praise]).themes)
    for (const { quote } of theme.examples) expect(quote.length).toBeLessThanOrEqual(300)
})

test('many reviews are read in a thread, with the same result', async () => {
  const many = Array.from({ length: 40 }, () => [...complaints, ...praise]).flat()
  const options = { limit: 5, sentiment: 'negative', brands: ['Acme'] } as const
  const aside = await findThemesAside(many, { ...options, brands: [...options.brands] })
  expect(aside).toEqual(findThemes(many, { ...options, brands: [...options.brands] }))
  expect(aside.total).toBe(440)
})
