/** Which screen the address names. Paths only; a step of a run is the hash of its page. */
export type Route =
  | { screen: 'chat'; sessionId: string | null }
  | { screen: 'run'; runId: string }
  | { screen: 'costs' }
  | { screen: 'unknown' }

export const paths = {
  newChat: '/',
  session: (sessionId: string) => `/s/${encodeURIComponent(sessionId)}`,
  run: (runId: string) => `/r/${encodeURIComponent(runId)}`,
  costs: '/costs',
}

function parseRoute(pathname: string): Route {
  if (pathname === '/') return { screen: 'chat', sessionId: null }
  if (pathname === '/costs') return { screen: 'costs' }
  const [, kind, name] = /^\/([sr])\/([^/]+)$/.exec(pathname) ?? []
  if (kind === 's' && name) return { screen: 'chat', sessionId: decodeURIComponent(name) }
  if (kind === 'r' && name) return { screen: 'run', runId: decodeURIComponent(name) }
  return { screen: 'unknown' }
}

class Router {
  #url = $state.raw(new URL(location.href))
  readonly route = $derived(parseRoute(this.#url.pathname))

  get query(): URLSearchParams {
    return this.#url.searchParams
  }

  go(to: string, { replace = false } = {}) {
    history[replace ? 'replaceState' : 'pushState'](null, '', to)
    this.#url = new URL(location.href)
  }

  /** Follows plain clicks on our own links without loading the page; everything else is the browser's. */
  listen() {
    addEventListener('popstate', () => (this.#url = new URL(location.href)))
    addEventListener('click', (event) => {
      if (event.defaultPrevented || event.button !== 0) return
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      const link = event.target instanceof Element ? event.target.closest('a') : null
      if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
      if (parseRoute(link.pathname).screen === 'unknown') return
      event.preventDefault()
      this.go(link.href)
    })
  }
}

export const router = new Router()
