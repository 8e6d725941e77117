import { expect, test } from 'vitest'
import { excerpt } from '../../../service/reviews/excerpt.ts'
import { parseSearch } from '../../../service/reviews/search-terms.ts'

const choices = (text: string) =>
  parseSearch(text).terms.map((term) => term.phrases.map(({ phrase }) => phrase))
const first = (text: string) => choices(text).map(([phrase]) => phrase)

test('words that carry no subject are left out of a question', () => {
  expect(first('What do customers say about the battery?')).toEqual(['battery'])
})

test('a search of nothing but such words keeps them', () => {
  expect(first('the reviews')).toEqual(['the', 'reviews'])
})

test('quotes keep words together and take no synonyms', () => {
  expect(choices('"seat in front" mic')).toEqual([
    ['seat in front'],
    expect.arrayContaining(['mic', 'microphone']),
  ])
})

test('OR makes a choice of its neighbours', () => {
  const terms = choices('zip OR buckle strap')
  expect(terms).toHaveLength(2)
  expect(terms[0]).toEqual(expect.arrayContaining(['zip', 'zipper', 'buckle']))
})

test('a minus excludes a word or a phrase, and a hyphen does not', () => {
  expect(parseSearch('crew -food -"duty free"').unwanted).toEqual(['food', 'duty free'])
  expect(parseSearch('check-in').unwanted).toEqual([])
})

test('two words also mean their compound, and a known phrase is one term', () => {
  expect(choices('head rest')).toEqual([
    expect.arrayContaining(['headrest']),
    expect.arrayContaining(['headrest']),
  ])
  expect(first('leg room seats')).toEqual(['leg room', 'seats'])
})

test('an excerpt shows the part that was searched for, within its length', () => {
  const text = `${'Nothing of note here. '.repeat(60)}The zip broke on day one. ${'More of the same. '.repeat(60)}`
  const shown = excerpt(text, 'zipper broken', 200)
  expect(shown).toContain('The zip broke on day one.')
  expect(shown.length).toBeLessThanOrEqual(200)
  expect(excerpt('Short text.', 'zip', 200)).toBe('Short text.')
})
