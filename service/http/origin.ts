import type { Middleware } from 'koa'
import { AppError } from '../errors.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/** Refuses requests that a page of another site makes with the browser of someone who is signed in here. */
export function sameOrigin(loopbackOnly: boolean): Middleware {
  return (ctx, next) => {
    const origin = ctx.get('origin')
    if (origin !== '' && hostOf(origin) !== ctx.host.toLowerCase()) {
      throw new AppError('foreign_origin', 403, `Requests from pages of ${origin} are not taken.`)
    }
    if (loopbackOnly && !LOOPBACK.test(ctx.host)) {
      // A name that someone else owns can be made to point here (DNS rebinding).
      throw new AppError(
        'foreign_host',
        403,
        `This service is reached as localhost or 127.0.0.1, not as ${ctx.host}.`,
      )
    }
    return next()
  }
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
