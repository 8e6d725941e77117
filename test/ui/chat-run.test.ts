import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunEvent, RunInfo } from '../../service/wire.ts'
import { ChatRun } from '../../ui/chat-run.ts'
import { frame, frames, json, sseHeaders, startFramePlayer } from './frame-player.ts'
import { completion, metadata, playedRun, runId } from './played-run.ts'

const quick = { stallMs: 5_000, backoffMs: () => 2 }
let player: Awaited<ReturnType<typeof startFramePlayer>>

beforeEach(async () => {
  player = await startFramePlayer()
})
afterEach(() => player.close())

/** A ChatRun that writes down what its callbacks hear. */
function recordedRun(timing = quick) {
  const heard = { status: [] as string[], chunks: [] as string[], trees: 0, ends: [] as string[] }
  const run = new ChatRun(
    {
      onStatusUpdate: (status, message) => heard.status.push(`${status}: ${message}`),
      onContentChunk: (chunk) => heard.chunks.push(chunk),
      onTreeUpdate: () => heard.trees++,
      onComplete: (response) => heard.ends.push(`complete ${response.status}`),
      onError: (error) => heard.ends.push(`error ${error.code} ${error.retryable}`),
    },
    player.url,
    timing,
  )
  return { run, heard }
}

const everything = {
  status: ['starting: Initializing...', 'writing: Writing the answer'],
  chunks: ['Seats are **nar', 'row** — ', '«schmal».'],
  trees: 4,
  ends: ['complete ok'],
}
const last = playedRun.length

const info = (change: Partial<RunInfo> = {}): RunInfo => ({
  run_id: runId,
  session_id: 's1',
  status: 'ok',
  last_seq: last,
  message: completion.message,
  metadata,
  ...change,
})

test('a run that is not disturbed is told once, in order, to its one end', async () => {
  player.answer(frames(runId, playedRun, last, 'end'))
  const { run, heard } = recordedRun()
  const sent = run.sendMessage('Which gaps?', { sessionId: 's1', companyId: 'comp-123' })
  expect(run.isStreaming).toBe(true)
  await sent
  expect(heard).toEqual(everything)
  expect(run.isStreaming).toBe(false)
  expect(run.currentContent).toBe(completion.message)
  expect(run.currentTree).toEqual(metadata.execution_tree)
  expect(JSON.parse(player.requests[0]?.body ?? '')).toEqual({
    message: 'Which gaps?',
    tree: 'delta',
    session_id: 's1',
    company_id: 'comp-123',
  })
})

for (const end of ['cut', 'end'] as const) {
  test(`a connection lost by ${end} after any event repeats and misses nothing, and asks once`, async () => {
    for (let at = 0; at < last; at++) {
      player.requests.length = 0
      player.answer(frames(runId, playedRun, at, end), frames(runId, playedRun, last, 'end'))
      const { run, heard } = recordedRun()
      await run.sendMessage('Which gaps?')
      expect(heard, `cut after event ${at}`).toEqual(everything)
      const seen = Number(new URL(player.requests[1]?.url ?? '', player.url).searchParams.get('after'))
      expect(player.requests.map((request) => request.method)).toEqual(['POST', 'GET'])
      // A broken body may lose what was on its way, so fewer may have been seen than were sent; never more.
      expect(seen).toBeLessThanOrEqual(at)
      if (end === 'end') expect(seen).toBe(at)
    }
  })
}

test('events that come twice are heard once', async () => {
  player.answer(frames(runId, playedRun, 7, 'end'), (_req, res) => {
    res.writeHead(200, sseHeaders(runId)).end(playedRun.map((event, at) => frame(at + 1, event)).join(''))
  })
  const { run, heard } = recordedRun()
  await run.sendMessage('Which gaps?')
  expect(heard).toEqual(everything)
})

test('a character cut in half between two chunks arrives whole', async () => {
  const bytes = Buffer.from(playedRun.map((event, at) => frame(at + 1, event)).join(''))
  const middle = bytes.indexOf('«') + 1
  let sendRest: () => void = () => undefined
  player.answer((_req, res) => {
    res.writeHead(200, sseHeaders(runId))
    res.write(bytes.subarray(0, middle))
    sendRest = () => res.end(bytes.subarray(middle))
  })
  const { run, heard } = recordedRun()
  const halfway = new Promise<void>((resolve) => run.subscribe(() => run.state.seq === 7 && resolve()))
  const sent = run.sendMessage('Which gaps?')
  await halfway
  sendRest()
  await sent
  expect(heard).toEqual(everything)
})

test('a connection that falls silent is given up, and the run goes on over another', async () => {
  player.answer(
    (_req, res) => {
      res.writeHead(200, sseHeaders(runId))
      res.write(frame(1, playedRun[0] as RunEvent))
    },
    frames(runId, playedRun, last, 'end'),
  )
  const { run, heard } = recordedRun({ ...quick, stallMs: 60 })
  await run.sendMessage('Which gaps?')
  expect(heard).toEqual(everything)
})

test('a reader that knows the network has gone reads on over a new connection', async () => {
  player.answer(
    (_req, res) => {
      res.writeHead(200, sseHeaders(runId))
      res.write(frame(1, playedRun[0] as RunEvent))
    },
    frames(runId, playedRun, last, 'end'),
  )
  const { run, heard } = recordedRun({ ...quick, backoffMs: () => 60_000 })
  const first = new Promise<void>((resolve) => run.subscribe(() => run.state.seq === 1 && resolve()))
  const lost = new Promise<void>((resolve) =>
    run.subscribe(() => run.connection.state === 'reconnecting' && resolve()),
  )
  const sent = run.sendMessage('Which gaps?')
  await first
  run.reconnect()
  await lost
  queueMicrotask(() => run.reconnect())
  await sent
  expect(heard).toEqual(everything)
})

test('a service that is away for a while is asked for the run again, never for a new answer', async () => {
  player.answer(
    frames(runId, playedRun, 3, 'end'),
    json(503, { error: { code: 'database_unavailable', message: 'Later.' } }),
    (req) => req.socket.destroy(),
    frames(runId, playedRun, last, 'end'),
  )
  const { run, heard } = recordedRun()
  const states: string[] = []
  run.subscribe(() => states.push(`${run.connection.state} ${run.connection.attempts}`))
  await run.sendMessage('Which gaps?')
  expect(heard).toEqual(everything)
  expect(player.requests.map((request) => request.method)).toEqual(['POST', 'GET', 'GET', 'GET'])
  expect([...new Set(states)]).toEqual(['connected 0', 'reconnecting 1', 'reconnecting 2', 'reconnecting 3'])
  expect(run.connection.caughtUp).toBe(last - 3)
})

test('resuming a run tells it from its first event', async () => {
  player.answer(frames(runId, playedRun, last, 'end'))
  const { run, heard } = recordedRun()
  await run.resume(runId)
  expect(heard).toEqual(everything)
  expect(player.requests.map((request) => `${request.method} ${request.url}`)).toEqual([
    `GET /api/v1/chat/runs/${runId}/stream?after=0&tree=delta`,
  ])
})

test('a run that ended while nobody listened is finished from its stored message', async () => {
  player.answer(
    frames(runId, playedRun, 6, 'end'),
    (_req, res) => res.writeHead(204).end(),
    json(200, info()),
  )
  const { run, heard } = recordedRun()
  await run.sendMessage('Which gaps?')
  expect(heard.chunks.join('')).toBe(completion.message)
  expect(heard.ends).toEqual(['complete ok'])
  expect(run.currentTree).toEqual(metadata.execution_tree)
})

test('a stored failure ends the run with its reason', async () => {
  const error = { code: 'llm_timeout', message: 'The model did not answer in time.', retryable: true }
  player.answer(
    (_req, res) => res.writeHead(204).end(),
    json(200, info({ status: 'error', message: '', error })),
  )
  const { run, heard } = recordedRun()
  await run.resume(runId)
  expect(heard.ends).toEqual(['error llm_timeout true'])
  expect(run.state.failure?.metadata?.usage.cost_usd).toBe(0.001)
})

test('an interrupted run says so and keeps what was written', async () => {
  const message = 'The service was restarted.'
  const event: RunEvent = {
    type: 'error',
    data: { code: 'interrupted', message, retryable: true, run_id: runId, metadata },
  }
  player.answer(frames(runId, playedRun, 7, 'end'), (_req, res) => {
    res.writeHead(200, sseHeaders(runId)).end(frame(8, event))
  })
  const { run, heard } = recordedRun()
  await run.sendMessage('Which gaps?')
  expect(heard.ends).toEqual(['error interrupted true'])
  expect(run.state.phase).toBe('interrupted')
  expect(run.currentContent).toBe('Seats are **narrow** — ')
})

test('a run that nobody knows is an error, not an endless wait', async () => {
  player.answer(json(404, { error: { code: 'not_found', message: 'The run was not found.' } }))
  const { run, heard } = recordedRun()
  await run.resume(runId)
  expect(heard.ends).toEqual(['error not_found false'])
  expect(player.requests).toHaveLength(1)
})

test('a question that the service refuses is an error with its words, and is not sent again', async () => {
  player.answer(
    json(409, { error: { code: 'company_mismatch', message: 'This session is about comp-456.' } }),
  )
  const { run, heard } = recordedRun()
  await run.sendMessage('Which gaps?')
  expect(heard.ends).toEqual(['error company_mismatch false'])
  expect(run.state.failure?.message).toBe('This session is about comp-456.')
  expect(player.requests).toHaveLength(1)
})

test('a question that never arrived is an error that may be retried, and is not sent again', async () => {
  player.answer((req) => req.socket.destroy())
  const { run, heard } = recordedRun()
  await run.sendMessage('Which gaps?')
  expect(heard.ends).toEqual(['error unreachable true'])
  expect(player.requests).toHaveLength(1)
})

test('stop asks the service and takes the end from the stream', async () => {
  const stopped: RunEvent = {
    type: 'complete',
    data: { ...completion, message: 'Seats', status: 'stopped', stop_reason: 'user' },
  }
  let end: () => void = () => undefined
  player.answer(
    (_req, res) => {
      res.writeHead(200, sseHeaders(runId))
      res.write(frame(1, playedRun[0] as RunEvent))
      end = () => res.end(frame(2, stopped))
    },
    (_req, res) => {
      res.writeHead(202).end(JSON.stringify({ run_id: runId, status: 'stopping' }))
      end()
    },
  )
  const { run, heard } = recordedRun()
  const started = new Promise<void>((resolve) => run.subscribe(() => run.state.seq === 1 && resolve()))
  const sent = run.sendMessage('Which gaps?')
  await started
  void run.stopStreaming()
  expect(run.isStopping).toBe(true)
  await sent
  expect(player.requests[1]).toMatchObject({ method: 'POST', url: `/api/v1/chat/runs/${runId}/stop` })
  expect(heard.ends).toEqual(['complete stopped'])
  expect(run.isStopping).toBe(false)
})

test('stop before the run has an id stops it as soon as it has one, and again until the service has heard', async () => {
  let finish: () => void = () => undefined
  player.answer(
    (_req, res) => {
      void run.stopStreaming()
      res.writeHead(200, sseHeaders(runId))
      res.write(': open\n\n')
      finish = () => res.end(playedRun.map((event, at) => frame(at + 1, event)).join(''))
    },
    (req) => req.socket.destroy(),
    (_req, res) => {
      res.writeHead(202).end('{}')
      finish()
    },
  )
  const { run } = recordedRun()
  await run.sendMessage('Which gaps?')
  expect(player.requests.map((request) => request.url)).toEqual([
    '/api/v1/chat/stream',
    `/api/v1/chat/runs/${runId}/stop`,
    `/api/v1/chat/runs/${runId}/stop`,
  ])
})

test('leaving neither stops the run nor reports an error', async () => {
  player.answer((_req, res) => {
    res.writeHead(200, sseHeaders(runId))
    res.write(frame(1, playedRun[0] as RunEvent))
  })
  const { run, heard } = recordedRun()
  const started = new Promise<void>((resolve) => run.subscribe(() => run.state.seq === 1 && resolve()))
  const sent = run.sendMessage('Which gaps?')
  await started
  run.leave()
  await sent
  expect(heard.ends).toEqual([])
  expect(player.requests).toHaveLength(1)
})

test('leaving before the service has answered reports nothing either', async () => {
  player.answer(() => undefined)
  const { run, heard } = recordedRun()
  const sent = run.sendMessage('Which gaps?')
  await player.requested(1)
  run.leave()
  await sent
  expect(heard.ends).toEqual([])
})

test('one ChatRun follows one run', async () => {
  player.answer(frames(runId, playedRun, last, 'end'))
  const { run } = recordedRun()
  await run.resume(runId)
  await expect(run.sendMessage('And then?')).rejects.toThrow('make a new one')
})
