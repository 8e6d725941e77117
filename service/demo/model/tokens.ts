import { decodeGenerator, encode } from 'gpt-tokenizer/encoding/o200k_base'
import type { ChatRequest } from './chat-request.ts'

/** Merging one unbroken run is quadratic: 100,000 times "a" would block for seconds, so long runs are cut. */
const PIECE = /[^]{1,400}(?=\s|$)|[^]{1,400}/gu

/** The text of special tokens such as <|endoftext|> is plain text here; by default it would throw. */
const PLAIN = { disallowedSpecial: new Set<string>() }

/** OpenAI's o200k tokens of a text. */
export function countTokens(text: string): number {
  return pieces(text).reduce((sum, piece) => sum + encode(piece, PLAIN).length, 0)
}

/** Tokens of a request: each message costs three beside its role and content, the reply is primed with three. */
export function countPromptTokens({ messages, tools }: ChatRequest): number {
  const texts = messages.map(({ role, content, tool_calls: calls }) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content ?? '')
    return 3 + countTokens(role) + countTokens(text) + (calls ? countTokens(JSON.stringify(calls)) : 0)
  })
  return (
    texts.reduce((sum, tokens) => sum + tokens, 3) + (tools?.length ? countTokens(JSON.stringify(tools)) : 0)
  )
}

/** A text in the pieces in which a model would stream it: token by token, whole characters only. */
export function streamPieces(text: string): string[] {
  return pieces(text).flatMap((piece) => [...decodeGenerator(encode(piece, PLAIN))])
}

function pieces(text: string): string[] {
  return text.match(PIECE) ?? []
}
