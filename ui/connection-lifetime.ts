/** Ends a connection that was left or has gone silent. */
export class ConnectionLifetime {
  readonly #abort = new AbortController()
  readonly #stallMs: number
  readonly signal: AbortSignal
  #timer: ReturnType<typeof setTimeout>

  constructor(stallMs: number, left: AbortSignal) {
    this.#stallMs = stallMs
    this.signal = AbortSignal.any([this.#abort.signal, left])
    this.#timer = this.#watch()
  }
  heard() {
    clearTimeout(this.#timer)
    this.#timer = this.#watch()
  }
  close() {
    clearTimeout(this.#timer)
    this.#abort.abort()
  }
  #watch() {
    return setTimeout(() => this.#abort.abort(new Error('The connection went silent.')), this.#stallMs)
  }
}
