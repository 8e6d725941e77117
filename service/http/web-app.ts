import { join } from 'node:path'
import type { Middleware } from 'koa'
import sirv from 'sirv'

const BUILT = join(import.meta.dirname, '../../ui/dist')

/** The built web app; any page address that is not a file is the app's own business. */
export function webApp(): Middleware {
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
