import { expect, test } from 'vitest'
import { estimateTokens } from '../../../service/llm/usage.ts'
import type { Turn } from '../../../service/team/answer.ts'
import { fitHistory } from '../../../service/team/history.ts'

function turn(role: Turn['role'], words: number, mark = 'word'): Turn {
  return { role, content: Array.from({ length: words }, (_, i) => `${mark}${i}`).join(' ') }
}

test('a short history is kept as it is', () => {
  const turns = [turn('user', 5), turn('assistant', 50), turn('user', 5)]
  expect(fitHistory(turns)).toEqual(turns)
})

test('of a long history the latest turns are kept, in order, within a budget', () => {
  const turns = Array.from({ length: 40 }, (_, i) => turn(i % 2 ? 'assistant' : 'user', 300, `t${i}-`))
  const kept = fitHistory(turns)
  expect(kept.length).toBeGreaterThan(1)
  expect(kept).toEqual(turns.slice(-kept.length))
  expect(kept.reduce((sum, { content }) => sum + estimateTokens(content), 0)).toBeLessThanOrEqual(6_000)
})

test('a turn of any length is cut in its middle, and the turns before it are not lost to it', () => {
  const long = turn('assistant', 50_000)
  const [before, cut] = fitHistory([turn('user', 5), long]) as [Turn, Turn]
  expect(before).toEqual(turn('user', 5))
  expect(cut.content.startsWith('word0 ')).toBe(true)
  expect(cut.content.endsWith('word49999')).toBe(true)
  expect(estimateTokens(cut.content)).toBeLessThan(2_500)
})
