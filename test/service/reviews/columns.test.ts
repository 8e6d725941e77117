import { expect, test } from 'vitest'
import { Column, guessRoles } from '../../../service/reviews/columns.ts'
import { guessScale, readRating } from '../../../service/reviews/rating.ts'

/** The role of each header, from rows of values. */
function guess(headers: string[], ...rows: string[][]): Record<string, string> {
  const columns = headers.map((header) => new Column(header))
  for (const row of rows) for (const [index, value] of row.entries()) columns[index]!.take(value)
  return Object.fromEntries(
    Object.entries(guessRoles(columns)).map(([role, index]) => [role, headers[index]!]),
  )
}

test('columns are found by header, whatever its case and punctuation', () => {
  expect(
    guess(
      ['Review ID', 'Product Name', 'Review_Text', 'Star Rating', 'Review Date', 'Review Title', 'User Name'],
      ['a1', 'Kettle', 'Leaks after two weeks.', '2', '2024-05-01', 'Leaks', 'Ann'],
    ),
  ).toEqual({
    id: 'Review ID',
    product: 'Product Name',
    text: 'Review_Text',
    rating: 'Star Rating',
    date: 'Review Date',
    title: 'Review Title',
    author: 'User Name',
  })
})

test('the overall rating is preferred to partial ones, and the date of review to others', () => {
  const found = guess(
    ['seat_rating', 'overall_rating', 'date_flown', 'date', 'content'],
    ['3', '7.0', '19-07-2015', '2015-07-20', 'Good flight, poor seat.'],
  )
  expect(found).toEqual({ rating: 'overall_rating', date: 'date', text: 'content' })
})

test('a column is not what its header says where its values are something else', () => {
  expect(guess(['rating', 'date', 'text'], ['five', 'soon', 'It was fine.'])).toEqual({ text: 'text' })
})

test('without a telling header the longest text is the review', () => {
  expect(guess(['x', 'y'], ['short', 'The strap tore on the very first day of our trip.'])).toEqual({
    text: 'y',
  })
})

test.each([
  [1, 5, { min: 1, max: 5 }],
  [1, 4, { min: 1, max: 5 }],
  [0, 5, { min: 0, max: 5 }],
  [1, 10, { min: 1, max: 10 }],
  [0, 10, { min: 0, max: 10 }],
  [12, 98, { min: 0, max: 100 }],
  [0, 1, { min: 0, max: 1 }],
  [-1, 1, { min: -1, max: 1 }],
])('values from %d to %d lie on a scale of %j', (lowest, highest, scale) => {
  expect(guessScale(lowest, highest)).toEqual(scale)
})

test.each([
  ['4', { rating: 4 }],
  ['4.0', { rating: 4 }],
  ['3,5', { rating: 3.5 }],
  ['4/5', { rating: 4, of: 5 }],
  ['7 out of 10', { rating: 7, of: 10 }],
  ['5 stars', { rating: 5 }],
  ['★★★☆☆', { rating: 3, of: 5 }],
  ['80%', { rating: 80, of: 100 }],
])('the rating %s is read', (written, rating) => {
  expect(readRating(written)).toEqual(rating)
})

test('a blank rating is unknown and a word is none', () => {
  expect(readRating(' ')).toBeNull()
  expect(readRating('good')).toBeUndefined()
})
