import type { Server } from 'node:http'
import { bodyParser } from '@koa/bodyparser'
import type Router from '@koa/router'
import Koa from 'koa'
import type { Middleware } from 'koa'
import helmet from 'koa-helmet'
import type { AnalyticsRoutesOptions } from './analytics.ts'
import { analyticsRoutes } from './analytics.ts'
import type { ChatRoutesOptions } from './chat.ts'
import { chatRoutes } from './chat.ts'
import type { ErrorResponseOptions } from './error-response.ts'
import { errorResponse } from './error-response.ts'
import type { HealthOptions } from './health.ts'
import { healthRoutes } from './health.ts'
import type { AppState, IdentityProvider } from './identity.ts'
import { identify } from './identity.ts'
import type { LlmCallRoutesOptions } from './llm-calls.ts'
import { llmCallRoutes } from './llm-calls.ts'
import { openApiRoutes } from './openapi.ts'
import { sameOrigin } from './origin.ts'
import type { ReceiptRoutesOptions } from './receipt.ts'
import { receiptRoutes } from './receipt.ts'
import type { ReviewRoutesOptions } from './reviews.ts'
import { reviewRoutes } from './reviews.ts'
import { runRoutes } from './runs.ts'
import { sessionRoutes } from './sessions.ts'
import { webApp } from './web-app.ts'

/** A body that is larger than any message allows is refused before it is read. */
const MAX_BODY = '1mb'

export interface AppOptions
  extends
    ChatRoutesOptions,
    ReviewRoutesOptions,
    AnalyticsRoutesOptions,
    LlmCallRoutesOptions,
    ReceiptRoutesOptions,
    HealthOptions,
    ErrorResponseOptions {
  companies: ChatRoutesOptions['companies'] & ReviewRoutesOptions['companies']
  identity: IdentityProvider
  /** Only loopback names may be used to reach the service, so that no foreign name can be pointed at it. */
  loopbackOnly: boolean
}

/** The whole HTTP side: what can be asked of the service, given the parts that answer. */
export function createApp(options: AppOptions): Koa<AppState> {
  const app = new Koa<AppState>()
  app.silent = true
  // A reader that leaves in the middle of a stream is everyday life.
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (
      error.code !== 'ERR_STREAM_PREMATURE_CLOSE' &&
      error.code !== 'ECONNRESET' &&
      error.code !== 'EPIPE'
    ) {
      options.onInternalError(error, { method: '', path: '' })
    }
  })

  app.use(securityHeaders())
  app.use(errorResponse(options))
  app.use(healthRoutes(options).routes())
  app.use(openApiRoutes(options).routes())
  app.use(underApi(sameOrigin(options.loopbackOnly)))
  app.use(underApi(identify(options.identity)))
  app.use(underApi(jsonBody()))
  for (const router of apiRouters(options)) {
    app.use(router.routes())
    app.use(router.allowedMethods({ throw: true }))
  }
  app.use(webApp())
  return app
}

/** Everything under /api/: what all of it has in common is that somebody asks. */
export function apiRouters(options: AppOptions): Router<AppState>[] {
  return [
    chatRoutes(options),
    runRoutes(options),
    receiptRoutes(options),
    sessionRoutes(options),
    reviewRoutes(options),
    analyticsRoutes(options),
    llmCallRoutes(options),
  ]
}

/** Slow senders of headers are let go; answers may take as long as a run does. */
export function limitServer(server: Server): void {
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
}

function securityHeaders(): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // Svelte and charts place things by style attributes; no script is ever inline.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // The service speaks plain HTTP; whatever ends TLS in front of it decides about HSTS.
    strictTransportSecurity: false,
  }) as Middleware
}

function underApi(middleware: Middleware<AppState>): Middleware<AppState> {
  return (ctx, next) => (ctx.path.startsWith('/api/') ? middleware(ctx, next) : next())
}

/** Bodies are JSON and say so: a form or text/plain, which a foreign page may send unasked, is 415. */
function jsonBody(): Middleware<AppState> {
  const parser = bodyParser({ enableTypes: ['json'], jsonLimit: MAX_BODY, extendTypes: { json: [] } })
  return async (ctx, next) => {
    if (ctx.method !== 'POST') return next()
    const length = ctx.request.length ?? 0
    const chunked = ctx.get('transfer-encoding') !== ''
    if ((length > 0 || chunked) && !ctx.is('application/json')) ctx.throw(415)
    return parser(ctx as never, next)
  }
}
