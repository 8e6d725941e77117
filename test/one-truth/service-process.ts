import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../service/main.ts')

export interface ServiceProcessOptions {
  databaseUrl: string
  /** Base URL of the model provider. */
  providerUrl: string
  /** Also its working directory, so that no .env of the developer's is read. */
  dataDir: string
  env?: Record<string, string>
  /** The disk takes no byte: every write to a file fails, as on a full one. */
  fullDisk?: boolean
}

/** The service as it runs in earnest: `node service/main.ts`, with an environment and a life of its own. */
export interface ServiceProcess {
  url: string
  /** Everything it has printed so far. */
  output(): string
  /** Its JSON log lines so far. */
  logLines(): Record<string, unknown>[]
  /** Resolves as soon as its output contains the text. */
  printed(text: string): Promise<void>
  /** POST with a JSON body. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  get(path: string): Promise<Response>
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
  /** Resolves with its exit code once it is gone; null after SIGKILL. */
  exited: Promise<number | null>
}

/**
 * Starts a service process and waits until it serves. The test's own environment does not reach it.
 * @throws Error with what it printed, where it ends instead
 */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { databaseUrl, providerUrl, dataDir, env, fullDisk } = options
  const command = [process.execPath, MAIN]
  if (fullDisk) command.unshift('sh', '-c', 'ulimit -f 0 && exec "$0" "$@"')
  const child = spawn(command[0]!, command.slice(1), {
    cwd: dataDir,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      DEMO_DATA: 'true',
      OPENAI_BASE_URL: providerUrl,
      SHUTDOWN_DRAIN_SECONDS: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const check of [...waiting]) check()
    })
  }
  const exited = once(child, 'close').then(([code]) => code as number | null)
  const printed = (text: string) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!output.includes(text)) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  // The last line of what it says when it serves.
  await Promise.race([
    printed('  Traces  '),
    exited.then((code) => {
      throw new Error(`the service ended with ${code} instead of serving:\n${output}`)
    }),
  ])
  const url = /Web app +(\S+)/.exec(output)![1]!
  return {
    url,
    output: () => output,
    logLines: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    printed,
    post: (path, body, headers = {}) =>
      fetch(new URL(path, url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    get: (path) => fetch(new URL(path, url)),
    kill: (signal) => child.kill(signal),
    exited,
  }
}
