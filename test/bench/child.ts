import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface ChildOptions {
  env: Record<string, string>
  /** Away from the checkout, whose .env would change what is measured. */
  cwd: string
  /** Modules loaded ahead of the program beside the probe; programs and modules are named from this folder. */
  preload?: string[]
}

/** A process beside this one, that ends with it. */
export class Child {
  readonly #process: ChildProcess

  private constructor(process: ChildProcess) {
    this.#process = process
  }

  static start(program: string, { env, cwd, preload = [] }: ChildOptions): Child {
    const path = (file: string) => join(import.meta.dirname, file)
    const started = fork(path(program), {
      cwd,
      // Nothing of the environment around, where keys and exporters may be set.
      env: { PATH: process.env['PATH'], ...env },
      execArgv: ['--expose-gc', ...['probe.ts', ...preload].flatMap((file) => ['--import', path(file)])],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    return new Child(started)
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
    const stdout = this.#process.stdout!.setEncoding('utf8')
    const read = (text: string) => {
      output += text
      const match = pattern.exec(output)
      if (!match) return
      found.resolve(match)
      stdout.off('data', read).resume()
    }
    stdout.on('data', read)
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
