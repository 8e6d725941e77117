import type { Child } from './child.ts'
import type { Load } from './load.ts'
import { QUESTION, TOKEN } from './load.ts'
import type { ProcessUsage } from './probe.ts'
import type { TextOf } from './reader.ts'
import { Reader } from './reader.ts'

/** A process that answers chats. */
export interface Side {
  process: Child
  /** Where a chat is POSTed to. */
  chatUrl: string
  textOf: TextOf
}

export interface Round {
  /** CPU of the side's process, from the first request to the end of the last answer, over the chats. */
  cpuMicrosPerChat: number
  /**
   * The same while all answers were being written, over the tokens that arrived in that time; null where the first
   * answer ended too soon after the last one began, as on a busy machine.
   */
  cpuMicrosPerToken: number | null
  /** Milliseconds from the request to the first content, a figure for each chat. */
  firstContentMs: number[]
}

/**
 * Asks all questions at once and reads every answer to its end.
 * @throws where an answer is not whole
 */
export async function playRound(side: Side, { chats, answer }: Load): Promise<Round> {
  const { process } = side
  const length = answer.tokens * TOKEN.length
  const before = await process.ask<ProcessUsage>('usage')
  const readers = await Promise.all(Array.from({ length: chats }, () => ask(side)))
  const firstContentMs = await Promise.all(readers.map((reader) => reader.reaches(1)))
  const from = await sample(process, readers)
  await Promise.race(readers.map((reader) => reader.reaches(length)))
  const to = await sample(process, readers)
  await Promise.all(readers.map((reader) => reader.ended))
  const after = await process.ask<ProcessUsage>('usage')
  if (readers.some(({ text }) => text !== TOKEN.repeat(answer.tokens)))
    throw new Error('an answer is not what the provider wrote')
  const tokens = to.tokens - from.tokens
  const enough = tokens >= (chats * answer.tokens) / 10
  return {
    cpuMicrosPerChat: (after.cpuMicros - before.cpuMicros) / chats,
    cpuMicrosPerToken: enough ? (to.cpuMicros - from.cpuMicros) / tokens : null,
    firstContentMs,
  }
}

/** One chat that has the side to itself. @returns milliseconds from the request to the first content */
export async function playLoneChat(side: Side): Promise<number> {
  const reader = await ask(side)
  const firstContentMs = await reader.reaches(1)
  await reader.ended
  return firstContentMs
}

function ask({ chatUrl, textOf }: Side): Promise<Reader> {
  return Reader.open(chatUrl, textOf, { message: QUESTION, tree: 'delta' })
}

async function sample(process: Child, readers: Reader[]): Promise<{ cpuMicros: number; tokens: number }> {
  const { cpuMicros } = await process.ask<ProcessUsage>('usage')
  const characters = readers.reduce((sum, { text }) => sum + text.length, 0)
  return { cpuMicros, tokens: characters / TOKEN.length }
}
