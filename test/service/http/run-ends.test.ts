import { afterEach, expect, test } from 'vitest'
import type { RunInfo } from '../../../service/wire.ts'
import { defaultScript } from '../../provider/fake-provider.ts'
import type { ServiceUnderTest } from '../../service-under-test.ts'
import { allFrames, frames, readUntil, serviceUnderTest } from '../../service-under-test.ts'

const usual = defaultScript('one two three four five six seven eight')

/** A service of its own for each test: tracing is one per process, so they follow one another. */
let service: ServiceUnderTest

afterEach(() => service.stop())

test('a run nobody reads any more is served from its stored message: the terminal frame alone, with its own id', async () => {
  service = await serviceUnderTest({ env: { RUN_KEEP_SECONDS: '0' } })
  const response = await service.post('/api/v1/chat/stream', { message: 'x', company_id: 'comp-123' })
  const runId = response.headers.get('x-run-id')!
  const read = await allFrames(response)
  const last = read.at(-1)!
  const again = await allFrames(await service.request(`/api/v1/chat/runs/${runId}/stream?after=1`))
  expect(again).toEqual([last])
  expect((await service.request(`/api/v1/chat/runs/${runId}/stream?after=${last.seq}`)).status).toBe(204)
  expect(((await (await service.request(`/api/v1/chat/runs/${runId}`)).json()) as RunInfo).last_seq).toBe(
    last.seq,
  )
})

test('a provider that never answers ends in an error a person understands', async () => {
  service = await serviceUnderTest({
    script: { script: () => ({ content: 'x', fault: { kind: 'stall', afterChunks: 0 } }) },
    env: { LLM_FIRST_BYTE_TIMEOUT_SECONDS: '1', LLM_IDLE_TIMEOUT_SECONDS: '1' },
  })
  const response = await service.post('/api/v1/chat/', {
    message: 'x',
    company_id: 'comp-123',
    session_id: 's',
  })
  expect(response.status).toBe(504)
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.code).toBe('llm_timeout')
  expect(error.message).toContain('did not answer within 1 s')
  const row = await service.db('llm_calls').where({ session_id: 's' }).first()
  expect(row).toMatchObject({
    status: 'error',
    error_type: 'llm_timeout',
    usage_source: 'estimated',
    completion_tokens: null,
  })
})

test('a run over its time limit ends stopped by the limit, with what came', async () => {
  service = await serviceUnderTest({
    script: {
      script: (request) =>
        request.agent === 'analyst'
          ? { content: ['one ', 'two '], fault: { kind: 'stall', afterChunks: 1 } }
          : defaultScript()(request),
    },
    env: { RUN_TIMEOUT_SECONDS: '2' },
  })
  const read = await allFrames(
    await service.post('/api/v1/chat/stream', { message: 'x', company_id: 'comp-123' }),
  )
  expect(read.at(-1)!.event).toMatchObject({
    type: 'complete',
    data: { status: 'stopped', stop_reason: 'limit', message: 'one ' },
  })
})

test('ending the service ends its runs with one terminal event and stores them', async () => {
  service = await serviceUnderTest({
    script: {
      script: (request) => ({
        ...usual(request),
        ...(request.agent === 'analyst' ? { fault: { kind: 'stall', afterChunks: 2 } } : {}),
      }),
    },
  })
  const response = await service.post('/api/v1/chat/stream', {
    message: 'x',
    company_id: 'comp-123',
    session_id: 'ended',
  })
  const stream = frames(response)
  await readUntil(stream, 'two')
  const [rest] = await Promise.all([Array.fromAsync(stream), service.stop({ keepDatabase: true })])
  expect(rest.at(-1)!.event).toMatchObject({
    type: 'complete',
    data: { status: 'stopped', stop_reason: 'shutdown' },
  })
  const message = await service.db('chat_messages').where({ session_id: 'ended', role: 'assistant' }).first()
  expect(message.status).toBe('stopped')
  expect(await service.db('llm_calls').where({ status: 'started' })).toEqual([])
})
