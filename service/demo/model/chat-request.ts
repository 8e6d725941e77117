import type {
  AggregateQuery,
  AggregateResult,
  ReviewProfile,
  SearchQuery,
} from '../../reviews/review-source.ts'
import type { SearchResult, ThemesQuery, ThemesResult } from '../../reviews/review-source.ts'

/** What the demo model reads of an OpenAI chat completion request. */
export interface ChatRequest {
  model: string
  messages: ChatMessage[]
  tools?: { function: { name: string } }[]
  stream?: boolean
}
export interface ChatMessage {
  role: string
  content?: unknown
  tool_calls?: unknown[]
}

/** What the demo model answers: text, or tools to be called. */
export type Reply = { content: string } | { toolCalls: ToolCall[] }
export interface ToolCall {
  name: string
  arguments: object
}

/** The agent that asks, known by the tools it is offered. */
export type Role = 'planner' | 'retriever' | 'analyst'

export function roleOf(request: ChatRequest): Role {
  const tools = request.tools ?? []
  if (tools.some((tool) => tool.function.name === 'retrieve')) return 'planner'
  // In its last round a retriever is given no tools, but what it reads last is still a tool's result.
  return tools.length > 0 || request.messages.at(-1)?.role === 'tool' ? 'retriever' : 'analyst'
}

/** The user's words of the current turn, without task and evidence: nothing in a review is mistaken for a wish. */
export function questionOf(request: ChatRequest): string {
  const text = lastUserText(request.messages)
  if (roleOf(request) === 'planner') return text.trim()
  const end = roleOf(request) === 'retriever' ? text.lastIndexOf('\nTask: ') : text.search(/\n\nEvidence\b/)
  return (end < 0 ? text : text.slice(0, end)).replace(/^Question:\s*/, '').trim()
}

/** The planner's words to the retriever. */
export function taskOf(request: ChatRequest): string {
  return lastUserText(request.messages).split('\nTask: ').at(-1)!.trim()
}

/** What the company's data holds, as the instructions carry it; null where they say that no company is chosen. */
export function profileOf(request: ChatRequest): ReviewProfile | null | undefined {
  for (const message of request.messages) {
    if (message.role !== 'system') continue
    const line = /^Profile: (\{.*\}|null)\s*$/m.exec(textOf(message))?.[1]
    if (line !== undefined) return parsed(line) as ReviewProfile | null
  }
  return undefined
}

/** One answered tool call, as the analyst is handed it. */
export type Evidence = ThemesFound | ReviewsCounted | ReviewsFound
export interface ThemesFound {
  tool: 'find_themes'
  arguments: ThemesQuery
  result: ThemesResult
}
export interface ReviewsCounted {
  tool: 'aggregate_reviews'
  arguments: AggregateQuery
  result: AggregateResult
}
export interface ReviewsFound {
  tool: 'search_reviews'
  arguments: SearchQuery
  result: SearchResult
}

/** `evidence` is null where nothing was retrieved; `errors` are the messages of tools that failed. */
export function evidenceOf(request: ChatRequest): { evidence: Evidence[] | null; errors: string[] } {
  const block = /<evidence>\s*([^]*?)\s*<\/evidence>/.exec(lastUserText(request.messages))?.[1]
  if (block === undefined) return { evidence: null, errors: [] }
  const entries = parsed(block)
  if (!Array.isArray(entries)) return { evidence: [], errors: ['What was retrieved could not be read.'] }
  const errors = entries.map(errorOf)
  return {
    evidence: entries.filter((_, index) => errors[index] === null).map(withoutNulls),
    errors: errors.filter((error) => error !== null),
  }
}

/** Tool results since the question, by the retriever's rounds so far. */
export function toolRounds(messages: ChatMessage[]): { rounds: number; results: unknown[] } {
  const since = messages.slice(messages.findLastIndex((message) => message.role === 'user') + 1)
  return {
    rounds: since.filter((message) => message.role === 'assistant' && message.tool_calls?.length).length,
    results: since.filter((message) => message.role === 'tool').map((message) => parsed(textOf(message))),
  }
}

/** A message's text, whether it came as a string or in parts. */
export function textOf(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content
  if (!Array.isArray(message.content)) return ''
  return message.content.map((part: { text?: string }) => part.text ?? '').join('')
}

function lastUserText(messages: ChatMessage[]): string {
  const last = messages.findLast((message) => message.role === 'user')
  return last ? textOf(last) : ''
}

/** A null argument is one that was not given. */
function withoutNulls(entry: Evidence): Evidence {
  const given = Object.entries(entry.arguments).filter(([, value]) => value !== null)
  return { ...entry, arguments: Object.fromEntries(given) } as Evidence
}

function errorOf(entry: { result?: unknown; error?: unknown }): string | null {
  const { result } = entry
  const error =
    entry.error ?? (result && typeof result === 'object' && 'error' in result ? result.error : undefined)
  if (error !== undefined && error !== null) return messageOf(error)
  return result && typeof result === 'object' ? null : `A tool answered nothing usable: ${String(result)}`
}

function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return String(error)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // Not JSON: for the callers the same as nothing, which each of them answers in words.
    return null
  }
}
