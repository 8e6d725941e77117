/** What both sides have to carry. */
export interface Load {
  /** At once. */
  chats: number
  answer: Answer
  /** Measured rounds of each side, taken in turns. */
  rounds: number
  /** Chats of each side that have it to themselves, one after the other. */
  loneChats: number
  /** Readers of one quiet run, for the memory of an open stream. */
  idleReaders: number
}

/** What the provider's analyst writes. */
export interface Answer {
  /** A chunk each. */
  tokens: number
  tokenEveryMs: number
  /** Whether nothing more comes after that, instead of the end. */
  stalls?: boolean
}

/** A planner, a retriever that calls tools and is then content, an analyst. */
export const CALLS_PER_CHAT = 4

/** What is written, over and over. */
export const TOKEN = ' seat'

export const QUESTION = 'What do customers complain about?'
