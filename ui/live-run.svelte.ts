import { createSubscriber } from 'svelte/reactivity'
import { ChatRun, type Connection } from './chat-run.ts'
import type { RunState } from './run-state.ts'

/** What the screens show of a run, live or stored. */
export interface RunView {
  readonly state: RunState
  readonly connection: Connection
  readonly isStopping: boolean
}

const connected: Connection = { state: 'connected', attempts: 0, caughtUp: null }

export function storedRun(state: RunState): RunView {
  return { state, connection: connected, isStopping: false }
}

/** A ChatRun that Svelte can watch. However fast events come, the screen changes once a frame. */
export class LiveRun implements RunView {
  readonly run = new ChatRun()
  readonly #watch = createSubscriber((update) => {
    let frame = 0
    const unsubscribe = this.run.subscribe(() => {
      frame ||= requestAnimationFrame(() => {
        frame = 0
        update()
      })
    })
    const reconnect = () => this.run.reconnect()
    addEventListener('offline', reconnect)
    addEventListener('online', reconnect)
    return () => {
      cancelAnimationFrame(frame)
      removeEventListener('offline', reconnect)
      removeEventListener('online', reconnect)
      unsubscribe()
    }
  })

  get state(): RunState {
    this.#watch()
    return this.run.state
  }
  get connection(): Connection {
    this.#watch()
    return this.run.connection
  }
  get isStopping(): boolean {
    this.#watch()
    return this.run.isStopping
  }
}
