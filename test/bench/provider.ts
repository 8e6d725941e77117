/**
 * The model provider both sides ask, in a process of its own: a quick planner, a retriever that calls two tools,
 * and an analyst who writes at the pace of the load. Told a load, it says where it listens; told `calls`, it gives the
 * bodies of the last chat's requests.
 */
import { startFakeProvider } from '../provider/fake-provider.ts'
import type { Script } from '../provider/fake-provider.ts'
import type { Load } from './load.ts'
import { CALLS_PER_CHAT, HELD, TOKEN } from './load.ts'

process.once('message', (load: unknown) => void serve(load as Load))

async function serve({ tokens, tokenEveryMs }: Load): Promise<void> {
  const script: Script = ({ agent, messages }) => {
    const toolsAnswered = messages.at(-1)?.role === 'tool'
    if (agent === 'planner') {
      return {
        toolCalls: [{ name: 'retrieve', arguments: { task: 'Count the reviews and find complaints.' } }],
      }
    }
    if (agent === 'retriever') {
      if (toolsAnswered) return { content: 'Enough retrieved.' }
      return {
        toolCalls: [
          { name: 'aggregate_reviews', arguments: { group_by: 'sentiment' } },
          { name: 'search_reviews', arguments: { sentiment: 'negative', limit: 5 } },
        ],
      }
    }
    const held = String(messages.at(-1)?.content).includes(HELD)
    return {
      content: Array.from({ length: tokens }, () => TOKEN),
      chunkDelayMs: tokenEveryMs,
      ...(held ? { fault: { kind: 'stall', afterChunks: 1 } } : {}),
    }
  }
  const provider = await startFakeProvider({ script })
  process.on('message', (question: unknown) => {
    if (question !== 'calls') return
    const calls = provider.ledger.slice(-CALLS_PER_CHAT).map(({ model, messages, tools, stream }) => ({
      model,
      messages,
      ...(tools.length > 0 ? { tools } : {}),
      stream,
      stream_options: { include_usage: true },
    }))
    process.send!(calls.map((call) => JSON.stringify(call)))
  })
  process.send!(provider.url)
}
