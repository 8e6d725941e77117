import type { BlockList } from 'node:net'
import { isIPv6 } from 'node:net'
import type { Middleware, ParameterizedContext } from 'koa'
import { AppError, notFound } from '../errors.ts'

/** Who asks. */
export interface Identity {
  userId: string
}

/** What Koa carries from the identity middleware to the routes. */
export interface AppState {
  identity: Identity
}
export type AppContext = ParameterizedContext<AppState>

/** How a request tells who asks: the port behind AUTH_MODE. */
export interface IdentityProvider {
  mode: 'none' | 'proxy'
  /** @throws AppError unauthenticated */
  identify(request: { headers: NodeJS.Dict<string | string[]>; remoteAddress: string }): Identity
}

/** Which companies a user may see. */
export interface CompanyAccess {
  mayUse(userId: string, companyId: string): Promise<boolean>
}

/** AUTH_MODE=none: everything belongs to one local user. */
export function localUser(): IdentityProvider {
  return { mode: 'none', identify: () => ({ userId: 'local' }) }
}

/** AUTH_MODE=proxy: a trusted proxy in front signs people in and names them in a header. */
export function proxyUser({ header, trusted }: { header: string; trusted: BlockList }): IdentityProvider {
  return {
    mode: 'proxy',
    identify({ headers, remoteAddress }) {
      const address = remoteAddress.replace(/^::ffff:/, '')
      if (!trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) {
        throw new AppError(
          'unauthenticated',
          401,
          `Requests are taken from the trusted proxy only, not from ${address}. Add its address to AUTH_PROXY_TRUSTED if it is one.`,
        )
      }
      const value = headers[header.toLowerCase()]
      // A header that came twice is joined by Node; no user name holds a comma, so both forms are refused.
      if (typeof value !== 'string' || !/^[^\p{Cc},]{1,200}$/u.test(value.trim()) || value.trim() === '') {
        throw new AppError(
          'unauthenticated',
          401,
          `You are not signed in: the proxy sent no user in ${header}.`,
        )
      }
      return { userId: value.trim() }
    },
  }
}

/** Puts the identity on every request below it. */
export function identify(provider: IdentityProvider): Middleware<AppState> {
  return (ctx, next) => {
    ctx.state.identity = provider.identify({
      headers: ctx.headers,
      remoteAddress: ctx.req.socket.remoteAddress ?? '',
    })
    return next()
  }
}

/** What is unknown and what is someone else's company's look the same. */
export async function requireCompany(
  access: CompanyAccess,
  userId: string,
  companyId: string | null,
  what: string,
): Promise<void> {
  if (companyId !== null && !(await access.mayUse(userId, companyId))) throw notFound(what)
}
