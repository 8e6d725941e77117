import type { Reply, ToolCall } from './reply.ts'

/** One counted piece of a reply: the delta as sent, and the text in it that costs tokens. */
export interface Chunk {
  delta: Record<string, unknown>
  text: string
}

/** A reply cut into the deltas of a stream. */
export function chunksOf(reply: Reply): Chunk[] {
  return [
    ...words(reply.reasoning ?? '').map((text) => ({ delta: { reasoning: text }, text })),
    ...(Array.isArray(reply.content) ? reply.content : words(reply.content ?? '')).map((text) => ({
      delta: { content: text },
      text,
    })),
    ...(reply.toolCalls ?? []).flatMap((call, index) =>
      toolCallChunks(call, index, reply.toolCallChunks ?? 'many'),
    ),
  ]
}

/** The same reply as the message of an answer without a stream. */
export function messageOf(reply: Reply): Record<string, unknown> {
  const content = Array.isArray(reply.content) ? reply.content.join('') : reply.content
  return {
    role: 'assistant',
    content: content ?? null,
    ...(reply.reasoning === undefined ? {} : { reasoning: reply.reasoning }),
    ...(reply.toolCalls ? { tool_calls: reply.toolCalls.map(wireCall) } : {}),
  }
}

function toolCallChunks(call: ToolCall, index: number, mode: 'one' | 'many'): Chunk[] {
  const whole = wireCall(call, index)
  const { name, arguments: args } = whole.function
  if (mode === 'one') return [{ delta: { tool_calls: [{ index, ...whole }] }, text: name + args }]
  const pieces = args.match(/[^]{1,12}/g) ?? []
  return [
    { delta: { tool_calls: [{ index, ...whole, function: { name, arguments: '' } }] }, text: name },
    ...pieces.map((piece) => ({
      delta: { tool_calls: [{ index, function: { arguments: piece } }] },
      text: piece,
    })),
  ]
}

function wireCall(call: ToolCall, index: number) {
  const args = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments)
  return {
    id: call.id ?? `call_${index + 1}`,
    type: 'function',
    function: { name: call.name, arguments: args },
  }
}

function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}
