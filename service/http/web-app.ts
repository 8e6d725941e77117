import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Middleware } from 'koa'
import sirv from 'sirv'
import { AppError } from '../errors.ts'

const BUILT = join(import.meta.dirname, '../../ui/dist')

/** The built web app; any page address that is not a file is the app's own business. */
export function webApp(): Middleware {
  if (!existsSync(BUILT)) {
    return (ctx, next) => {
      if (ctx.method !== 'GET' || ctx.path.startsWith('/api/')) return next()
      throw new AppError(
        'not_built',
        503,
        'The web app is not built. Start the service with npm start, which builds it.',
      )
    }
  }
  const serve = sirv(BUILT, {
    single: true,
    gzip: false,
    // Built files carry a hash in their name; the page that names them must not be kept.
    setHeaders: (res, path) => {
      res.setHeader(
        'cache-control',
        path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
    },
  })
  return async (ctx, next) => {
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || ctx.path.startsWith('/api/')) return next()
    const missing = await new Promise<boolean>((resolve) => {
      ctx.res.statusCode = 200
      ctx.res.on('close', () => resolve(false))
      serve(ctx.req, ctx.res, () => resolve(true))
    })
    if (missing) {
      ctx.res.statusCode = 404
      return next()
    }
    ctx.respond = false
  }
}
