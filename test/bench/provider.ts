/**
 * The model provider that both sides ask, in a process of its own: a quick planner, a retriever that calls two tools,
 * and an analyst who writes what was ordered. Told an answer, it writes that from now on and says where it listens;
 * told `calls`, it gives the bodies of the last chat's requests.
 */
import { startFakeProvider } from '../provider/fake-provider.ts'
import type { Script } from '../provider/fake-provider.ts'
import type { Answer } from './load.ts'
import { CALLS_PER_CHAT, TOKEN } from './load.ts'

let answer: Answer

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
  const { tokens, tokenEveryMs, stalls } = answer
  return {
    content: Array.from({ length: tokens }, () => TOKEN),
    chunkDelayMs: tokenEveryMs,
    ...(stalls ? { fault: { kind: 'stall', afterChunks: tokens } } : {}),
  }
}

const provider = await startFakeProvider({ script })

process.on('message', (message: unknown) => {
  if (message === 'calls') process.send!(lastCalls())
  else {
    answer = message as Answer
    process.send!(provider.url)
  }
})

function lastCalls(): string[] {
  return provider.ledger.slice(-CALLS_PER_CHAT).map(({ model, messages, tools, stream }) =>
    JSON.stringify({
      model,
      messages,
      ...(tools.length > 0 ? { tools } : {}),
      stream,
      stream_options: { include_usage: true },
    }),
  )
}
