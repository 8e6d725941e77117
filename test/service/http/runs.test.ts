import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CompleteData, ErrorData, RunInfo, StopInfo } from '../../../service/wire.ts'
import type { ServiceUnderTest } from '../../service-under-test.ts'
import { allFrames, frames, readUntil, serviceUnderTest } from '../../service-under-test.ts'
import { defaultScript } from '../../provider/fake-provider.ts'
import type { Script } from '../../provider/fake-provider.ts'

let service: ServiceUnderTest
let script: Script
const usual = defaultScript('one two three four five six seven eight')

beforeAll(async () => {
  service = await serviceUnderTest({ script: { script: (request) => script(request) } })
})
afterAll(() => service.stop())

/** Starts a chat whose analyst waits after three words until told to go on. */
async function heldChat(body: object = {}, headers?: Record<string, string>) {
  const gate = Promise.withResolvers<void>()
  script = (request) =>
    request.agent === 'analyst'
      ? { ...usual(request), holdUntil: { afterChunk: 3, promise: gate.promise } }
      : usual(request)
  const abort = new AbortController()
  const response = await service.request('/api/v1/chat/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ message: 'What is missing?', company_id: 'comp-123', ...body }),
    signal: abort.signal,
  })
  const runId = response.headers.get('x-run-id')!
  return { response, runId, go: () => gate.resolve(), leave: () => abort.abort() }
}

function resume(runId: string, query = '', headers: Record<string, string> = {}): Promise<Response> {
  return service.request(`/api/v1/chat/runs/${runId}/stream${query}`, { headers })
}

async function textOf(response: Response): Promise<string> {
  return response.text()
}

test('leaving is not stopping: the run goes on, and a resumed reader gets the same bytes as one who stayed', async () => {
  const { response, runId, go, leave } = await heldChat({ tree: 'delta' })
  const before = await readUntil(frames(response), 'one')
  leave()
  const staying = resume(runId, '?after=0&tree=delta').then(textOf)
  go()
  const whole = await staying
  const lastSeen = before.at(-1)!.seq
  const resumed = await textOf(await resume(runId, `?tree=delta&after=${lastSeen}`))
  expect(whole.endsWith(resumed)).toBe(true)
  expect(
    whole
      .slice(0, whole.length - resumed.length)
      .trimEnd()
      .split('\n\n'),
  ).toHaveLength(lastSeen)
  const info = (await (await service.request(`/api/v1/chat/runs/${runId}`)).json()) as RunInfo
  expect(info).toMatchObject({ status: 'ok', message: 'one two three four five six seven eight' })
  const analyst = service.provider.ledger.findLast((entry) => entry.agent === 'analyst')!
  expect(analyst.outcome).toBe('completed')
})

test.for(['snapshot', 'delta'])(
  'bytes resumed at every position equal the bytes watched (%s)',
  async (mode) => {
    script = usual
    const response = await service.post('/api/v1/chat/stream', {
      message: 'x',
      company_id: 'comp-123',
      tree: mode,
    })
    const runId = response.headers.get('x-run-id')!
    const whole = (await response.text()).split(/(?<=\n\n)/)
    for (let after = 0; after < whole.length; after++) {
      expect(await textOf(await resume(runId, `?tree=${mode}&after=${after}`))).toBe(
        whole.slice(after).join(''),
      )
    }
    expect((await resume(runId, `?after=${whole.length}`)).status).toBe(204)
    expect((await resume(runId, '?after=99999')).status).toBe(204)
  },
)

test('?after beats Last-Event-ID, and what is no number is 400', async () => {
  script = usual
  const response = await service.post('/api/v1/chat/stream', { message: 'x', company_id: 'comp-123' })
  const runId = response.headers.get('x-run-id')!
  const read = await allFrames(response)
  const last = String(read.length - 1)
  expect(await allFrames(await resume(runId, '', { 'last-event-id': last }))).toHaveLength(1)
  expect(await allFrames(await resume(runId, '?after=0', { 'last-event-id': last }))).toHaveLength(
    read.length,
  )
  for (const bad of ['x', '-1', '1.5', '']) expect((await resume(runId, `?after=${bad}`)).status).toBe(400)
  expect((await resume(runId, '', { 'last-event-id': 'x' })).status).toBe(400)
  expect((await resume(runId, '?tree=forest')).status).toBe(400)
})

test('stop reaches the provider’s socket, keeps what came, and bills it', async () => {
  const { response, runId } = await heldChat({ session_id: 'stopped' })
  const stream = frames(response)
  const seen = await readUntil(stream, 'three')
  const stopped = await service.post(`/api/v1/chat/runs/${runId}/stop`, {})
  expect(stopped.status).toBe(202)
  expect((await stopped.json()) as StopInfo).toEqual({ run_id: runId, status: 'stopping' })
  const rest = await Array.fromAsync(stream)
  expect(rest.map(({ event }) => event)).toContainEqual({
    type: 'status',
    data: { status: 'stopping', message: 'Stopping...' },
  })
  const complete = rest.at(-1)!.event.data as CompleteData
  expect(complete).toMatchObject({ status: 'stopped', stop_reason: 'user' })
  const shown = [...seen, ...rest]
    .map(({ event }) => (event.type === 'content' ? event.data.content : ''))
    .join('')
  expect(complete.message).toBe(shown)
  expect(shown.trim()).toBe('one two three')

  await service.provider.waitFor((ledger) => ledger.at(-1)!.outcome === 'client_closed')
  const row = await service.db('llm_calls').where({ session_id: 'stopped', agent: 'analyst' }).first()
  expect(row).toMatchObject({ status: 'cancelled', usage_source: 'estimated' })
  expect(row.completion_tokens).toBeGreaterThan(0)
  expect(row.cost_usd).not.toBeNull()

  const again = await service.post(`/api/v1/chat/runs/${runId}/stop`, {})
  expect(again.status).toBe(200)
  expect(await again.json()).toEqual({ run_id: runId, status: 'stopped' })
})

test('a second tab sees the run while it goes, and the same end', async () => {
  const { response, runId, go } = await heldChat()
  const first = frames(response)
  await readUntil(first, 'one')
  const second = frames(await resume(runId, '?after=0'))
  await readUntil(second, 'one')
  go()
  const [end, sameEnd] = [(await Array.fromAsync(first)).at(-1), (await Array.fromAsync(second)).at(-1)]
  expect(sameEnd).toEqual(end)
})

test('a reload finds the running run through the session', async () => {
  const { response, runId, go } = await heldChat({ session_id: 'reloaded' })
  await readUntil(frames(response), 'one')
  const { sessions } = (await (await service.request('/api/v1/sessions')).json()) as {
    sessions: { session_id: string; running_run_id: string | null }[]
  }
  expect(sessions.find((one) => one.session_id === 'reloaded')!.running_run_id).toBe(runId)
  const info = (await (await service.request(`/api/v1/chat/runs/${runId}`)).json()) as RunInfo
  expect(info).toMatchObject({ status: 'running', metadata: null })
  go()
  await allFrames(await resume(runId))
})

test('a run of nobody is 404 on every route of a run', async () => {
  const unknown = '0'.repeat(32)
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/stream'],
    ['POST', '/stop'],
    ['GET', '/trace'],
  ] as const) {
    const response = await service.request(`/api/v1/chat/runs/${unknown}${path}`, { method })
    expect(response.status).toBe(404)
  }
})

test('an error event carries what the failed run cost', async () => {
  script = (request) =>
    request.agent === 'analyst' ? { content: 'one', fault: { kind: 'status', status: 503 } } : usual(request)
  const read = await allFrames(
    await service.post('/api/v1/chat/stream', { message: 'x', company_id: 'comp-123' }),
  )
  const { metadata, run_id: runId } = read.at(-1)!.event.data as ErrorData
  expect(metadata.usage.cost_usd).toBeGreaterThan(0)
  expect(metadata.execution_tree!.status).toBe('error')
  expect(runId).toHaveLength(32)
})
