import { expect, onTestFinished, test } from 'vitest'
import { startFakeProvider } from './fake-provider.ts'
import type { Reply } from './fake-provider.ts'

const retrieve = { type: 'function', function: { name: 'retrieve', parameters: {} } }

async function provider(reply?: Reply) {
  const started = await startFakeProvider(reply && { script: () => reply })
  onTestFinished(() => started.close())
  return started
}

function ask(url: string, body: Record<string, unknown>, signal?: AbortSignal) {
  return fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello?' }], ...body }),
    ...(signal && { signal }),
  })
}

const streamed = { stream: true, stream_options: { include_usage: true } }

function frames(text: string) {
  const data = text.split('\n\n').filter((frame) => frame.startsWith('data: '))
  expect(data.at(-1)).toBe('data: [DONE]')
  return data.slice(0, -1).map((frame) => JSON.parse(frame.slice(6)))
}

test('a stream is a role chunk, deltas, a finish_reason, a usage chunk without choices and [DONE]', async () => {
  const { url, ledger } = await provider({ content: ['Seats ', 'are narrow.'] })
  const all = frames(await (await ask(url, streamed)).text())
  expect(all.map((frame) => frame.choices[0]?.delta)).toEqual([
    { role: 'assistant', content: '', refusal: null },
    { content: 'Seats ' },
    { content: 'are narrow.' },
    {},
    undefined,
  ])
  expect(all[3].choices[0].finish_reason).toBe('stop')
  expect(all.slice(0, 4).every((frame) => frame.usage === null)).toBe(true)
  expect(all[4].usage).toMatchObject({ prompt_tokens: ledger[0]!.prompt_tokens, completion_tokens: 5 })
  expect(ledger[0]).toMatchObject({ outcome: 'completed', status: 200, usage_reported: all[4].usage })
})

test('a stream that did not ask for usage gets none, and the ledger counts all the same', async () => {
  const { url, ledger } = await provider({ content: 'four' })
  expect(await (await ask(url, { stream: true })).text()).not.toContain('usage')
  expect(ledger[0]).toMatchObject({ usage_reported: null, completion_tokens: 1 })
})

test('a tool call arrives as a name and then pieces of its arguments', async () => {
  const { url } = await provider()
  const all = frames(await (await ask(url, { ...streamed, tools: [retrieve] })).text())
  const calls = all.flatMap((frame) => frame.choices[0]?.delta.tool_calls ?? [])
  expect(calls[0]).toMatchObject({ index: 0, id: 'call_1', function: { name: 'retrieve', arguments: '' } })
  const args = calls.map((call: { function: { arguments: string } }) => call.function.arguments).join('')
  expect(JSON.parse(args)).toEqual({ task: 'Find what answers: Hello?' })
  expect(all.at(-2).choices[0].finish_reason).toBe('tool_calls')
})

test('without stream the whole answer comes at once, with the usage that the ledger holds', async () => {
  const { url, ledger } = await provider({
    content: 'Yes.',
    usage: { prompt_tokens: 9, completion_tokens: 4, cached_tokens: 2, reasoning_tokens: 3, cost: 0.01 },
  })
  const answer = (await (await ask(url, {})).json()) as { choices: unknown[]; usage: unknown }
  expect(answer.choices[0]).toMatchObject({ message: { content: 'Yes.' }, finish_reason: 'stop' })
  expect(answer.usage).toMatchObject({
    total_tokens: 13,
    prompt_tokens_details: { cached_tokens: 2 },
    cost: 0.01,
  })
  expect(ledger[0]!.usage_reported).toEqual(answer.usage)
})

test('cumulative usage grows with every chunk', async () => {
  const { url, ledger } = await provider({ content: ['abcd', 'efgh'], usage: 'cumulative' })
  const all = frames(await (await ask(url, { stream: true })).text())
  expect(all.map((frame) => frame.usage.completion_tokens)).toEqual([0, 1, 2, 2])
  expect(ledger[0]!.usage_reported!.completion_tokens).toBe(2)
})

test('an HTTP error carries Retry-After and ends as an error', async () => {
  const { url, ledger } = await provider({ fault: { kind: 'status', status: 429, retryAfter: 2 } })
  const response = await ask(url, streamed)
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('2')
  expect(ledger[0]).toMatchObject({ status: 429, outcome: 'error', text_sent: '' })
})

test('a refused connection is no response at all', async () => {
  const { url, ledger } = await provider({ fault: { kind: 'refuse' } })
  await expect(ask(url, streamed)).rejects.toThrow('fetch failed')
  expect(ledger[0]).toMatchObject({ status: null, outcome: 'error', client_closed_at: null })
})

test('a cut stream breaks off after the chunks that were allowed, and these do arrive', async () => {
  const { url, ledger } = await provider({
    content: ['one ', 'two ', 'three'],
    fault: { kind: 'cut', afterChunks: 2 },
  })
  const seen = new TextDecoder()
  let text = ''
  const reading = (async () => {
    for await (const bytes of (await ask(url, streamed)).body!)
      text += seen.decode(bytes as Uint8Array, { stream: true })
  })()
  await expect(reading).rejects.toThrow('terminated')
  expect(text).toContain('two ')
  expect(ledger[0]).toMatchObject({ outcome: 'cut', text_sent: 'one two ', client_closed_at: null })
})

test.for([
  [{ kind: 'end_without_done', afterChunks: 1 }, 'one '],
  [{ kind: 'malformed', afterChunks: 1 }, 'one '],
  [{ kind: 'empty' }, ''],
] as const)('$0.kind ends the body early and properly', async ([fault, sent]) => {
  const { url, ledger } = await provider({ content: ['one ', 'two'], fault })
  const text = await (await ask(url, streamed)).text()
  expect(text).not.toContain('[DONE]')
  expect(text.length === 0).toBe(fault.kind === 'empty')
  expect(ledger[0]).toMatchObject({ status: 200, outcome: 'cut', text_sent: sent, usage_reported: null })
})

test('a stalled stream lasts until the client closes it, which the ledger notes', async () => {
  const { url, ledger, waitFor } = await provider({
    content: 'one two',
    fault: { kind: 'stall', afterChunks: 1 },
  })
  const client = new AbortController()
  await ask(url, streamed, client.signal)
  await waitFor(([entry]) => entry?.chunks_sent === 1)
  expect(ledger[0]!.outcome).toBe('open')
  client.abort()
  await waitFor(([entry]) => entry?.client_closed_at !== null)
  expect(ledger[0]).toMatchObject({ outcome: 'client_closed', text_sent: 'one' })
})

test('a held stream goes on when the promise resolves', async () => {
  const gate = Promise.withResolvers<undefined>()
  const { url, ledger, waitFor } = await provider({
    content: 'one two three',
    holdUntil: { afterChunk: 2, promise: gate.promise },
  })
  const response = await ask(url, streamed)
  await waitFor(([entry]) => entry?.chunks_sent === 2)
  gate.resolve(undefined)
  await response.text()
  expect(ledger[0]).toMatchObject({ outcome: 'completed', text_sent: 'one two three' })
})

test('nothing more is sent, or counted, once the client has left', async () => {
  const gate = Promise.withResolvers<undefined>()
  const { url, ledger, waitFor } = await provider({
    content: 'one two three',
    holdUntil: { afterChunk: 1, promise: gate.promise },
  })
  const client = new AbortController()
  await ask(url, streamed, client.signal)
  await waitFor(([entry]) => entry?.chunks_sent === 1)
  client.abort()
  await waitFor(([entry]) => entry?.outcome === 'client_closed')
  gate.resolve(undefined)
  await new Promise(setImmediate)
  expect(ledger[0]).toMatchObject({ outcome: 'client_closed', text_sent: 'one', usage_reported: null })
})

test('a script that throws is an error that says so', async () => {
  const started = await startFakeProvider({
    script: () => {
      throw new Error('no such scene')
    },
  })
  onTestFinished(() => started.close())
  const response = await ask(started.url, {})
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('no such scene')
})

test('a wait that is never met fails with what the ledger holds', async () => {
  const { url, waitFor } = await provider()
  await (await ask(url, {})).text()
  await expect(waitFor((ledger) => ledger.length === 2, 20)).rejects.toThrow('0 analyst 200 completed')
})
