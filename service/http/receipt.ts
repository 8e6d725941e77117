import { gunzip } from 'node:zlib'
import { promisify } from 'node:util'
import Router from '@koa/router'
import { callsOfTrace } from '../../otel/otlp.ts'
import type { CallStore } from '../bill/call-store.ts'
import { AppError, notFound } from '../errors.ts'
import { compareCalls } from '../bill/receipt.ts'
import type { ChatStore } from '../run/chat-store.ts'
import type { Receipt } from '../wire.ts'
import type { AppState, CompanyAccess } from './identity.ts'
import { requireCompany } from './identity.ts'

const unzip = promisify(gunzip)

export interface ReceiptRoutesOptions {
  store: ChatStore
  calls: CallStore
  companies: CompanyAccess
}

/** GET /api/v1/chat/runs/:run_id/receipt: what was watched, what was billed and what was traced, compared just now. */
export function receiptRoutes({ store, calls, companies }: ReceiptRoutesOptions): Router<AppState> {
  const router = new Router<AppState>({ prefix: '/api/v1/chat/runs/:run_id' })

  router.get('/receipt', async (ctx) => {
    const runId = ctx.params['run_id']!
    const { userId } = ctx.state.identity
    const run = await store.findRun(userId, runId)
    if (!run) throw notFound(`The run ${runId}`)
    await requireCompany(companies, userId, run.companyId, `The run ${runId}`)
    if (run.info.status === 'running') {
      throw new AppError(
        'run_not_ended',
        409,
        'The receipt is made when the run has ended. Try again then.',
        {
          retryable: true,
        },
      )
    }
    const [rows, trace] = await Promise.all([calls.ofRun(runId), store.findTrace(userId, runId)])
    const comparison = compareCalls({
      tree: run.info.metadata?.execution_tree ?? null,
      rows,
      trace: trace && callsOfTrace(JSON.parse((await unzip(trace)).toString('utf8'))),
    })
    ctx.body = { run_id: runId, ...comparison, compared_at: new Date().toISOString() } satisfies Receipt
  })

  return router
}
