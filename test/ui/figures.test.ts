import { expect, test } from 'vitest'
import { duration, tokens, usd, wholeSeconds } from '../../ui/figures.ts'

test('money keeps three figures that count, and an unknown price is never $0.00', () => {
  expect([0.0213, 0.0000358, 12.4, 1234.5, 0, null].map(usd)).toEqual([
    '$0.0213',
    '$0.0000358',
    '$12.40',
    '$1,234.50',
    '$0.00',
    '—',
  ])
  expect(usd('0.001820000000')).toBe('$0.00182')
})

test('tokens fit a column', () => {
  expect([842, 1_204, 14_249, 999_949, 999_950, 3_100_000, null].map(tokens)).toEqual([
    '842',
    '1.2k',
    '14.2k',
    '999.9k',
    '1.0M',
    '3.1M',
    '—',
  ])
})

test('times read as people say them', () => {
  expect([840, 994, 995, 8_400, 59_949, 59_950, 125_000, null].map(duration)).toEqual([
    '840 ms',
    '994 ms',
    '1.0 s',
    '8.4 s',
    '59.9 s',
    '59 s',
    '2 min 5 s',
    '—',
  ])
  expect(wholeSeconds(125_900)).toBe('2 min 5 s')
})
