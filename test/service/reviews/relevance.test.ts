import { expect, test } from 'vitest'
import { relevanceTo, type Searched } from '../../../service/reviews/relevance.ts'
import { parseSearch } from '../../../service/reviews/search-terms.ts'

const review = (text: string, rest: Partial<Searched> = {}): Searched => ({
  title: null,
  product: null,
  text,
  sentiment: null,
  ...rest,
})

/** How well a review meets a search whose terms weigh the same. */
function relevance(query: string, of: string | Searched): number {
  const search = parseSearch(query)
  const weights = search.terms.map(() => 1)
  return relevanceTo(search, weights)(typeof of === 'string' ? review(of) : of)
}

test.each([
  ['noisy', 'A noisy kettle.', 'A loud kettle.', 'the word typed before another'],
  [
    'broken lid',
    'The lid is broken.',
    'The lid is red. The cup is broken.',
    'words of one sentence before those of two',
  ],
  ['hurts my ears', 'My ears hurt.', 'My ears never hurt.', 'a complaint before its denial'],
  ['waterproof', 'It is waterproof.', 'It is not waterproof.', 'a word before its negation'],
  [
    'battery problems',
    'The battery is terrible.',
    'The battery is great.',
    'complaints where they are asked for',
  ],
  ['great battery', 'A lovely battery.', 'An awful battery.', 'praise where it is asked for'],
  ['leaks', 'It leaks and leaks. It leaks.', 'It leaks.', 'several mentions before one'],
])('%s: %s comes before %s: %s', (query, better, worse) => {
  expect(relevance(query, better)).toBeGreaterThan(relevance(query, worse))
})

test('a plain fact counts by the rating of its review', () => {
  const fact = 'The battery lasted four hours.'
  expect(relevance('battery problems', review(fact, { sentiment: 'negative' }))).toBeGreaterThan(
    relevance('battery problems', review(fact, { sentiment: 'positive' })),
  )
})

test('title and product count together with what the text says', () => {
  const text = 'The lid broke.'
  const plain = relevance('Kettle 300 lid', text)
  expect(relevance('Kettle 300 lid', review(text, { title: 'My kettle 300' }))).toBeGreaterThan(plain)
  expect(relevance('Kettle 300 lid', review(text, { product: 'Kettle 300' }))).toBeGreaterThan(
    relevance('Kettle 300 lid', review(text, { title: 'My kettle 300' })),
  )
})

test('a review that says nothing of it is worth nothing', () => {
  expect(relevance('battery', 'The lid broke.')).toBe(0)
  expect(relevance('battery', '')).toBe(0)
})
