/** One message of a model call as a person reads it. */
export interface ReadableMessage {
  role: string
  text: string
  toolCalls: { name: string; arguments: string }[]
}

/** Messages in OpenAI chat form: a list, or a request that holds one. What has another form is shown as JSON. */
export function readableMessages(stored: unknown): ReadableMessage[] {
  if (stored === null || stored === undefined) return []
  if (isRecord(stored) && Array.isArray(stored.messages)) return stored.messages.map(readable)
  return (Array.isArray(stored) ? stored : [stored]).map(readable)
}

function readable(message: unknown): ReadableMessage {
  if (!isRecord(message)) return { role: 'text', text: asText(message), toolCalls: [] }
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isRecord) : []
  const role = typeof message.role === 'string' ? message.role : 'message'
  const known = 'content' in message || calls.length > 0
  return {
    role,
    text: known ? asText(message.content ?? '') : asText(message),
    toolCalls: calls.map((call) => {
      const { name, arguments: args } = isRecord(call.function) ? call.function : call
      return { name: String(name), arguments: indented(args) }
    }),
  }
}

function asText(content: unknown): string {
  if (typeof content === 'string') return content
  if (Array.isArray(content) && content.every((part) => isRecord(part) && typeof part.text === 'string')) {
    return content.map((part: { text: string }) => part.text).join('')
  }
  return JSON.stringify(content, null, 2)
}

/** JSON that a model wrote, indented; a text that is no JSON stays as it is. */
function indented(args: unknown): string {
  if (typeof args !== 'string') return JSON.stringify(args, null, 2)
  try {
    return JSON.stringify(JSON.parse(args), null, 2)
  } catch {
    return args // models do write broken JSON, and then that is what there is to see
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
