import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { Completion, ToolCall } from './completion-stream.ts'

export type ChatMessage = ChatCompletionMessageParam

/** The assistant's turn as the next request repeats it; null where nothing came. */
export function messageOf({ text, toolCalls }: Completion): ChatMessage | null {
  if (text === '' && toolCalls.length === 0) return null
  return {
    role: 'assistant',
    content: text || null,
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(toolCallParam) } : {}),
  }
}

/** A tool call as the next request repeats it. */
export function toolCallParam({ id, name, arguments: json }: ToolCall) {
  return { id, type: 'function' as const, function: { name, arguments: json } }
}

/** What is new since the last assistant turn, without the standing instructions. */
export function previewOf(messages: ChatMessage[]): string {
  const since = messages.findLastIndex((message) => message.role === 'assistant') + 1
  return messages
    .slice(since)
    .filter((message) => message.role !== 'system')
    .map(textOf)
    .join('\n')
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content
  return content ? content.map((part) => ('text' in part ? part.text : '')).join('') : ''
}

/** The message form of the GenAI conventions. */
export function genAiMessage(message: ChatMessage): object {
  const content = textOf(message)
  if (message.role === 'tool') {
    const { tool_call_id: id } = message
    return { role: 'tool', parts: [{ type: 'tool_call_response', id, response: content }] }
  }
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : []
  return {
    role: message.role,
    parts: [
      ...(content === '' ? [] : [{ type: 'text', content }]),
      ...calls.flatMap((call) =>
        call.type === 'function' ? [{ type: 'tool_call', id: call.id, ...call.function }] : [],
      ),
    ],
  }
}
