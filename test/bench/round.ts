import type { Child } from './child.ts'
import type { Load } from './load.ts'
import { TOKEN } from './load.ts'
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
  /** The same while all answers were being written, over the tokens that arrived in that time. */
  cpuMicrosPerToken: number
  /** Milliseconds from the request to the first content, a figure for each chat. */
  firstContentMs: number[]
}

/**
 * Asks all questions at once and reads every answer to its end.
 * @throws where an answer is not whole, or where there was no time at which all of them were being written
 */
export async function playRound({ process, chatUrl, textOf }: Side, load: Load): Promise<Round> {
  const before = await process.ask<ProcessUsage>('usage')
  const readers = await Promise.all(
    Array.from({ length: load.chats }, () =>
      Reader.open(chatUrl, textOf, { message: 'What do customers complain about?', tree: 'delta' }),
    ),
  )
  const firstContentMs = await Promise.all(readers.map((reader) => reader.reaches(1)))
  const from = await sample(process, readers)
  await Promise.race(readers.map((reader) => reader.reaches(load.tokens * TOKEN.length)))
  const to = await sample(process, readers)
  await Promise.all(readers.map((reader) => reader.ended))
  const after = await process.ask<ProcessUsage>('usage')
  if (readers.some(({ text }) => text !== TOKEN.repeat(load.tokens)))
    throw new Error('an answer is not what the provider wrote')
  const tokens = to.tokens - from.tokens
  if (tokens < (load.chats * load.tokens) / 10)
    throw new Error(
      'the answers hardly overlapped, so the cost of a token cannot be told: is the machine busy?',
    )
  return {
    cpuMicrosPerChat: (after.cpuMicros - before.cpuMicros) / load.chats,
    cpuMicrosPerToken: (to.cpuMicros - from.cpuMicros) / tokens,
    firstContentMs,
  }
}

async function sample(process: Child, readers: Reader[]): Promise<{ cpuMicros: number; tokens: number }> {
  const { cpuMicros } = await process.ask<ProcessUsage>('usage')
  const characters = readers.reduce((sum, { text }) => sum + text.length, 0)
  return { cpuMicros, tokens: characters / TOKEN.length }
}
