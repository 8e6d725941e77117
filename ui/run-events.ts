import { createParser } from 'eventsource-parser'
import type { RunEvent } from '../service/wire.ts'

export interface SequencedEvent {
  /** From 1, without holes. */
  seq: number
  event: RunEvent
}

/**
 * The events of one SSE body as they arrive. `onBytes` is called for every chunk, so that heartbeats count as life.
 * Ends when the body ends; throws what the body throws.
 */
export async function* readRunEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<SequencedEvent> {
  const arrived: SequencedEvent[] = []
  const parser = createParser({
    onEvent: ({ id, data }) => arrived.push({ seq: Number(id), event: JSON.parse(data) as RunEvent }),
  })
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onBytes()
      parser.feed(decoder.decode(value, { stream: true }))
      yield* arrived.splice(0)
    }
  } finally {
    await reader.cancel().catch(() => undefined) // a body that failed cannot be cancelled, and need not be
  }
}
