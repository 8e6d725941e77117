import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface ChildOptions {
  env: Record<string, string>
  /** Away from the checkout, whose .env would change what is measured. */
  cwd: string
  /** Modules loaded ahead of the program, by absolute path. */
  preload: string[]
}

/** A process beside this one, that ends with it. */
export class Child {
  readonly #process: ChildProcess

  private constructor(process: ChildProcess) {
    this.#process = process
  }

  static start(program: string, { env, cwd, preload }: ChildOptions): Child {
    const child = fork(program, {
      cwd,
      // Nothing of the environment around, where keys and exporters may be set.
      env: { PATH: process.env['PATH'], ...env },
      execArgv: ['--expose-gc', ...preload.flatMap((path) => ['--import', path])],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    return new Child(child)
  }

  /** The next thing it says over IPC after being told `message`. One question at a time. */
  async ask<Answer>(message: string | object): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>()
    const ended = () => answer.reject(new Error('a measured process ended before its time'))
    this.#process.once('message', answer.resolve as (answer: unknown) => void)
    this.#process.once('exit', ended)
    this.#process.send(message)
    try {
      return await answer.promise
    } finally {
      this.#process.off('exit', ended)
    }
  }

  /** Resolves with the first match in what it prints. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    const found = Promise.withResolvers<RegExpExecArray>()
    let output = ''
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const match = pattern.exec(output)
      if (match) found.resolve(match)
    })
    this.#process.once('exit', (code) =>
      found.reject(new Error(`a process ended (${code}) before it was ready:\n${output}`)),
    )
    return found.promise
  }

  /** Asks it to end, and waits for that. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await exited
  }
}
