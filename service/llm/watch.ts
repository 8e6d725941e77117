/** Aborts with the caller's signal, or when the provider is silent for too long. */
export class Watch {
  expired = false
  limitMs: number
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal
  readonly #timer: NodeJS.Timeout
  #deadline: number

  constructor(caller: AbortSignal, limitMs: number) {
    this.#caller = caller
    this.limitMs = limitMs
    this.#deadline = performance.now() + limitMs
    // One timer that looks at a deadline, because moving a number costs less per chunk than moving a timer.
    this.#timer = setInterval(() => this.#check(), Math.min(1_000, Math.max(10, limitMs / 4)))
    caller.addEventListener('abort', this.#abort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  expectWithin(limitMs: number): void {
    this.limitMs = limitMs
    this.#deadline = performance.now() + limitMs
  }

  end(): void {
    clearInterval(this.#timer)
    this.#caller.removeEventListener('abort', this.#abort)
  }

  #check(): void {
    if (performance.now() < this.#deadline) return
    this.expired = true
    this.#controller.abort()
  }

  #abort = (): void => this.#controller.abort()
}
