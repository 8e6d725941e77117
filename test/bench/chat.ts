/**
 * npm run bench: what a chat costs, beside a pipe that relays the same provider calls. Both run in the same minutes on
 * the same machine, in turns, so that the ratios mean something where the figures do not. `-- --quick` tries it out.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child } from './child.ts'
import { memoryPerReader } from './idle-readers.ts'
import type { Load } from './load.ts'
import type { PipeSetting } from './pipe.ts'
import { Reader, textOfChunk, textOfRunEvent } from './reader.ts'
import { report } from './report.ts'
import type { Round, Side } from './round.ts'
import { playRound } from './round.ts'

const load: Load = process.argv.includes('--quick')
  ? { chats: 10, tokens: 100, tokenEveryMs: 10, rounds: 2, idleReaders: 100 }
  : { chats: 50, tokens: 400, tokenEveryMs: 10, rounds: 4, idleReaders: 500 }

const folder = await mkdtemp(join(tmpdir(), 'tracechat-bench-'))
await chmod(folder, 0o711) // run by root, the database is another user that has to pass
const children: Child[] = []

process.once('SIGINT', () => void clearAway().then(() => process.exit(130)))
try {
  await measure()
} finally {
  await clearAway()
}

async function measure(): Promise<void> {
  const provider = start('provider.ts')
  const providerUrl = await provider.ask<string>(load)
  const { service, serviceUrl } = await startService(providerUrl)
  const chatUrl = `${serviceUrl}/api/v1/chat/stream`

  // One chat alone, to see what it asks of the provider.
  const first = await Reader.open(chatUrl, textOfRunEvent, { message: 'What do customers complain about?' })
  await first.ended
  const bodies = await provider.ask<string[]>('calls')
  const pipe = start('pipe.ts', ['probe.ts'])
  const pipeUrl = await pipe.ask<string>({ providerUrl, bodies } satisfies PipeSetting)

  const sides: Record<'service' | 'pipe', Side> = {
    service: { process: service, chatUrl, textOf: textOfRunEvent },
    pipe: { process: pipe, chatUrl: pipeUrl, textOf: textOfChunk },
  }
  console.log('Warming up ...')
  await playRound(sides.service, load)
  await playRound(sides.pipe, load)
  await service.ask('ledger_waits')

  const rounds: Record<'service' | 'pipe', Round[]> = { service: [], pipe: [] }
  for (let round = 1; round <= load.rounds; round++) {
    console.log(`Round ${round} of ${load.rounds} ...`)
    rounds.service.push(await playRound(sides.service, load))
    rounds.pipe.push(await playRound(sides.pipe, load))
  }
  const ledgerMs = await service.ask<number[]>('ledger_waits')
  const readerBytes = await memoryPerReader(service, serviceUrl, load.idleReaders)
  console.log(report(load, { ...rounds, ledgerMs, readerBytes }))
}

async function startService(providerUrl: string): Promise<{ service: Child; serviceUrl: string }> {
  const service = start('../../service/main.ts', ['probe.ts', 'ledger-probe.ts'], {
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    OPENAI_BASE_URL: providerUrl,
    MAX_RUNS_PER_USER: String(load.chats),
  })
  const [, port] = await service.printed(/http:\/\/localhost:(\d+)/)
  return { service, serviceUrl: `http://127.0.0.1:${port}` }
}

function start(program: string, preload: string[] = [], env: Record<string, string> = {}): Child {
  const path = (file: string) => join(import.meta.dirname, file)
  const child = Child.start(path(program), { env, cwd: folder, preload: preload.map(path) })
  children.push(child)
  return child
}

/** The service first: it still talks to the others while it ends. */
async function clearAway(): Promise<void> {
  for (const child of children.splice(0).reverse()) await child.stop()
  await rm(folder, { recursive: true, force: true })
}
