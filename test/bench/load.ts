/** What both sides have to carry. */
export interface Load {
  /** At once. */
  chats: number
  /** Of an answer, a chunk each. */
  tokens: number
  tokenEveryMs: number
  /** Measured rounds of each side, taken in turns. */
  rounds: number
  /** Readers of one quiet run, for the memory of an open stream. */
  idleReaders: number
}

/** A planner, a retriever that calls tools and is then content, an analyst. */
export const CALLS_PER_CHAT = 4

/** What the provider writes, over and over. */
export const TOKEN = ' seat'

/** A question with this in it gets the first token of an answer, and then nothing more. */
export const HELD = 'HELD'
