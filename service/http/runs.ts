import { gunzip } from 'node:zlib'
import { promisify } from 'node:util'
import Router from '@koa/router'
import { AppError, invalid, notFound } from '../errors.ts'
import type { ChatStore, StoredRun } from '../run/chat-store.ts'
import { storedTerminal } from '../run/stored-terminal.ts'
import type { Runs } from '../run/runs.ts'
import type { RunInfo, StopInfo } from '../wire.ts'
import { eventStreamHeaders, streamRun, treeMode } from './chat.ts'
import { parse } from './error-response.ts'
import { frame } from './event-stream.ts'
import type { AppContext, AppState, CompanyAccess } from './identity.ts'
import { requireCompany } from './identity.ts'

const unzip = promisify(gunzip)

export interface RunRoutesOptions {
  runs: Runs
  store: ChatStore
  companies: CompanyAccess
}

/** Everything under /api/v1/chat/runs: read on, stop, look up, download the trace. */
export function runRoutes({ runs, store, companies }: RunRoutesOptions): Router<AppState> {
  const router = new Router<AppState>({ prefix: '/api/v1/chat/runs/:run_id' })

  /** @throws AppError not_found: unknown, someone else's, or of a company that the user may no longer see */
  async function stored(ctx: AppContext, runId: string): Promise<StoredRun> {
    const { userId } = ctx.state.identity
    const run = await store.findRun(userId, runId)
    if (!run) throw notFound(`The run ${runId}`)
    await requireCompany(companies, userId, run.companyId, `The run ${runId}`)
    return run
  }

  router.get('/', async (ctx) => {
    const runId = ctx.params['run_id']!
    const run = runs.find(ctx.state.identity.userId, runId)
    ctx.body = (run ? run.info : (await stored(ctx, runId)).info) satisfies RunInfo
  })

  router.get('/stream', async (ctx) => {
    const runId = ctx.params['run_id']!
    const after = positionOf(ctx)
    const mode = ctx.query['tree'] === undefined ? 'snapshot' : parse(treeMode, ctx.query['tree'])
    const run = runs.find(ctx.state.identity.userId, runId)
    if (run) {
      if (run.log.ended && after >= run.log.lastSeq) ctx.status = 204
      else streamRun(ctx, run, after, mode)
      return
    }
    const { info } = await stored(ctx, runId)
    if (info.status === 'running') throw runElsewhere(runId)
    if (info.status !== 'interrupted' && after >= info.last_seq) {
      ctx.status = 204
      return
    }
    // The events are gone; an interrupted run never had a last one, so its id only has to be past the reader's.
    const seq = info.status === 'interrupted' ? Math.max(info.last_seq, after) + 1 : info.last_seq
    eventStreamHeaders(ctx, runId)
    ctx.body = frame(seq, JSON.stringify(storedTerminal(info)))
  })

  router.post('/stop', async (ctx) => {
    const runId = ctx.params['run_id']!
    const run = runs.find(ctx.state.identity.userId, runId)
    const status = run ? run.status : (await stored(ctx, runId)).info.status
    if (status === 'running') {
      if (!run) throw runElsewhere(runId)
      run.stop('user')
      ctx.status = 202
      ctx.body = { run_id: runId, status: 'stopping' } satisfies StopInfo
      return
    }
    ctx.body = { run_id: runId, status } satisfies StopInfo
  })

  router.get('/trace', async (ctx) => {
    const runId = ctx.params['run_id']!
    const { userId } = ctx.state.identity
    await stored(ctx, runId)
    const trace = await store.findTrace(userId, runId)
    if (!trace) {
      throw new AppError(
        'trace_not_ready',
        409,
        'The trace is complete when the run has ended. Try again then.',
        {
          retryable: true,
        },
      )
    }
    ctx.type = 'application/json'
    ctx.attachment(`trace-${runId}.json`)
    ctx.body = await unzip(trace)
  })

  return router
}

/** `?after=` beats Last-Event-ID; neither reads from the start. */
function positionOf(ctx: AppContext): number {
  const [field, value] =
    ctx.query['after'] === undefined
      ? (['Last-Event-ID', ctx.get('last-event-id') || '0'] as const)
      : (['after', String(ctx.query['after'])] as const)
  if (!/^\d{1,15}$/.test(value)) throw invalid(field, `${field} must be the number of an event, 0 or more.`)
  return Number(value)
}

function runElsewhere(runId: string): AppError {
  return new AppError(
    'run_elsewhere',
    503,
    `The run ${runId} is served by another process of the service. Try again in a moment.`,
    {
      retryable: true,
    },
  )
}
