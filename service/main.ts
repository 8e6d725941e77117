import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { LiveSpanProcessor } from '../otel/live-span-processor.ts'
import { startTelemetry } from '../otel/telemetry.ts'
import { banner } from './banner.ts'
import { claimTelemetryEnvironment, isLoopback, loadConfig, readEnvironment } from './config.ts'
import type { Config } from './config.ts'
import { createAnalytics } from './db/analytics.ts'
import { createCallStore } from './db/call-store.ts'
import { createChatStore } from './db/chat-store.ts'
import { companyOfReview, defaultCompany, listCompanies, mayUseCompany } from './db/companies.ts'
import { connect } from './db/connect.ts'
import { isDatabaseUnavailable } from './db/database.ts'
import { Instances, RENEW_LEASE_MS } from './db/instances.ts'
import { markInterrupted } from './db/interrupted-runs.ts'
import { createLedgerStore } from './db/ledger-store.ts'
import { migrate } from './db/migrate.ts'
import { createReviewSource } from './db/reviews.ts'
import { startDemoModel } from './demo/model/server.ts'
import { loadDemoReviews } from './demo/reviews/load.ts'
import { AppError } from './errors.ts'
import { createApp, limitServer } from './http/app.ts'
import { localUser, proxyUser } from './http/identity.ts'
import { Ledger } from './ledger/ledger.ts'
import { recover } from './ledger/recovery.ts'
import { ChatModel } from './llm/chat-model.ts'
import { DEMO_PROVIDER, priceOf } from './llm/pricing.ts'
import { warmTokenizer } from './llm/usage.ts'
import type { Logger } from './log.ts'
import { createLogger } from './log.ts'
import { Runs } from './run/runs.ts'
import { Team } from './team/team.ts'

const LEDGER_FLUSH_MS = 5_000
const DATABASE_RETRY_MS = 1_000
const READERS_MS = 1_000
const SAME_SIGNAL_MS = 1_000

export interface Service {
  /** Where it listens: http://127.0.0.1:8000 */
  url: string
  databaseUrl: string
  /** Ends everything in order, the embedded database last. */
  stop(): Promise<void>
}

/** Puts the parts together and starts them: the only place where they all meet. */
export async function startService(config: Config, log: Logger): Promise<Service> {
  // What has been started, to be ended in reverse.
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) {
      await end().catch((error: unknown) => log.error({ err: error }, 'a part did not end cleanly'))
    }
  }
  try {
    const connection = await connect(config, log)
    ends.push(() => connection.close())
    const { db } = connection
    await prepare(db, config, log)

    const demo = config.llm.demo ? await startDemoModel({ log }) : null
    if (demo) ends.push(() => demo.close())
    const provider = providerOf(config, demo?.url)

    const instanceId = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`
    const instances = new Instances(db)
    const store = {
      ...createLedgerStore(db),
      markInterrupted: (id: string) => markInterrupted(db, id, priceOf),
    }
    await instances.hold(instanceId)
    ends.push(() => instances.release(instanceId))
    const directory = join(config.dataDir, 'spool')
    const ledger = await Ledger.open({ directory, instanceId, store, log })
    ends.push(() => ledger.close(LEDGER_FLUSH_MS))

    const telemetry = startTelemetry({
      ...config.telemetry,
      live: new LiveSpanProcessor(ledger, (error) => log.error({ err: error }, 'a span was not followed')),
      notice: (message) => log.warn(message),
    })
    ends.push(() => telemetry.shutdown())
    const { tracer } = telemetry

    const reviews = createReviewSource(db)
    const team = new Team({
      tracer,
      models: config.llm.models,
      fallbackModels: config.llm.fallbackModels,
      reviews,
      model: new ChatModel({
        ...provider,
        firstByteTimeoutMs: config.llm.firstByteTimeoutSeconds * 1000,
        idleTimeoutMs: config.llm.idleTimeoutSeconds * 1000,
        captureContent: config.telemetry.captureContent,
        tracer,
        texts: ledger,
      }),
      onToolError: (tool, error) => log.warn({ err: error, tool }, 'a tool failed'),
    })
    const chats = createChatStore(db)
    const { jaegerUiUrl } = config
    const runs = new Runs({
      tracer,
      store: chats,
      ledger,
      answerer: team,
      traceUrl:
        config.telemetry.exporting && jaegerUiUrl
          ? (id) => `${jaegerUiUrl.replace(/\/$/, '')}/trace/${id}`
          : null,
      instanceId,
      maxOpen: config.run.maxOpen,
      maxPerUser: config.run.maxPerUser,
      timeoutMs: config.run.timeoutSeconds * 1000,
      keepMs: config.run.keepSeconds * 1000,
      onInternalError: (error, runId) => log.error({ err: error, trace_id: runId }, 'a run failed'),
    })

    const upkeep = setInterval(() => {
      Promise.all([
        instances.hold(instanceId),
        recover({ directory, instanceId, instances, store, log }),
      ]).catch((error: unknown) =>
        log.warn({ err: error }, 'the lease was not renewed: the database does not answer'),
      )
    }, RENEW_LEASE_MS)
    ends.push(async () => clearInterval(upkeep))
    await recover({ directory, instanceId, instances, store, log })

    const app = createApp({
      runs,
      store: chats,
      companies: {
        mayUse: (userId, companyId) => mayUseCompany(db, companyId, userId),
        list: (userId) => listCompanies(db, userId),
        defaultFor: (userId) => defaultCompany(db, userId),
      },
      calls: createCallStore(db),
      analytics: createAnalytics(db),
      companyOfReview: (reviewId) => companyOfReview(db, reviewId),
      reviews,
      maxMessageChars: config.run.maxMessageChars,
      identity: config.auth.mode === 'proxy' ? proxyUser(config.auth) : localUser(),
      loopbackOnly: config.auth.mode === 'none' && isLoopback(config.host),
      service: {
        auth_mode: config.auth.mode,
        provider: {
          name: provider.provider,
          demo: config.llm.demo,
          base_url: provider.baseUrl,
          models: { ...config.llm.models },
        },
        jaeger_ui_url: config.telemetry.exporting ? (jaegerUiUrl ?? null) : null,
      },
      notReady: () => notReady(db, runs),
      isDatabaseUnavailable,
      onInternalError: (error, request) => log.error({ err: error, ...request }, 'a request failed'),
    })
    const handle = app.callback()
    const server = await listen(
      createServer((request, response) => void handle(request, response)),
      config,
    )
    // Chats come to an end while their readers are still connected.
    ends.push(async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      await runs.drain(config.shutdownDrainSeconds * 1000)
      // Readers have the terminal event by now; whoever is still connected only keeps a socket open.
      server.closeIdleConnections()
      await Promise.race([closed, delay(READERS_MS, undefined, { ref: false })])
      server.closeAllConnections()
    })
    return { url: urlOf(server, config.host), databaseUrl: connection.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Migrated, with the demo companies where they are wanted; waits for a database that is not there yet. */
async function prepare(db: Knex, config: Config, log: Logger): Promise<void> {
  for (;;) {
    try {
      await migrate(db)
      if (config.demoData) await loadDemoReviews(db)
      return
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error
      log.warn({ err: error }, 'the database does not answer yet; trying again')
      await delay(DATABASE_RETRY_MS)
    }
  }
}

function providerOf(
  { llm }: Config,
  demoUrl: string | undefined,
): { baseUrl: string; apiKey: string; provider: string } {
  // A local server may want no key, and the client library wants some.
  const apiKey = llm.apiKey ?? 'none'
  if (demoUrl !== undefined) return { baseUrl: demoUrl, apiKey, provider: DEMO_PROVIDER }
  const baseUrl = llm.baseUrl ?? 'https://api.openai.com/v1'
  const host = new URL(baseUrl).hostname
  const known: Record<string, string> = { 'api.openai.com': 'openai', 'openrouter.ai': 'openrouter' }
  return { baseUrl, apiKey, provider: known[host] ?? host }
}

async function notReady(db: Knex, runs: Runs): Promise<string[]> {
  const reasons: string[] = []
  if (!runs.accepting)
    reasons.push('no new chats are taken: the service is stopping, or its disk refuses writes')
  await db
    .raw('select 1')
    .catch((error: Error) => reasons.push(`the database does not answer: ${error.message}`))
  return reasons
}

async function listen(server: Server, { host, port }: Config): Promise<Server> {
  limitServer(server)
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new AppError(
      'port_in_use',
      500,
      `PORT=${port} is in use on ${host}. Stop what listens there, or set another PORT.`,
    )
  }
  return server
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  const name =
    host === '0.0.0.0' || host === '::' || host === '127.0.0.1'
      ? 'localhost'
      : host.includes(':')
        ? `[${host}]`
        : host
  return `http://${name}:${port}`
}

async function main(): Promise<void> {
  let config: Config
  try {
    config = loadConfig(readEnvironment())
    claimTelemetryEnvironment(process.env)
  } catch (error) {
    return fail(error)
  }
  const log = createLogger(config.logLevel)
  const asked = endAsked()
  try {
    const service = await startService(config, log)
    console.log(banner(service, config))
    await warmTokenizer()
    await asked
    log.info('ending: open chats are given a moment')
    await service.stop()
    process.exit(0)
  } catch (error) {
    fail(error)
  }
}

/**
 * Resolves with the first SIGINT or SIGTERM. A second one ends the process at once: what was not flushed is in the
 * spool. One that follows immediately is the same one again, because npm passes on what the terminal has already sent
 * to the whole group; so the handlers stay, or that one would kill the process.
 */
function endAsked(): Promise<void> {
  const asked = Promise.withResolvers<void>()
  let askedAt = Infinity
  const onSignal = () => {
    if (performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(130)
    askedAt = Math.min(askedAt, performance.now())
    asked.resolve()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return asked.promise
}

/** One line for what a person can mend, the stack for what only a developer can. */
function fail(error: unknown): void {
  console.error(error instanceof AppError ? error.message : error)
  process.exit(1)
}

if (import.meta.main) await main()
