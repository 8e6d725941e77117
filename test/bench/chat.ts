/**
 * npm run bench: what a chat costs, beside a pipe that relays the same provider calls. Both run in the same minutes on
 * the same machine, in turns, so that the ratios mean something where the figures do not. `-- --quick` tries it out.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Child } from './child.ts'
import { memoryPerReader } from './idle-readers.ts'
import type { Answer, Load } from './load.ts'
import type { PipeSetting } from './pipe.ts'
import { textOfChunk, textOfRunEvent } from './reader.ts'
import type { Figures } from './report.ts'
import { report } from './report.ts'
import type { Side } from './round.ts'
import { playLoneChat, playRound } from './round.ts'

const load: Load = process.argv.includes('--quick')
  ? { chats: 10, answer: { tokens: 100, tokenEveryMs: 10 }, rounds: 2, loneChats: 10, idleReaders: 500 }
  : { chats: 50, answer: { tokens: 400, tokenEveryMs: 10 }, rounds: 4, loneChats: 50, idleReaders: 500 }

/** Enough where only the way to the first token counts. */
const oneToken: Answer = { tokens: 1, tokenEveryMs: 0 }

const folder = await mkdtemp(join(tmpdir(), 'tracechat-bench-'))
await chmod(folder, 0o711) // run by root, the database is another user that has to pass
const children: Child[] = []

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted = true
    void stopChildren() // and with them what is being measured
  })
}
try {
  await buildWebApp()
  await measure()
} catch (error) {
  if (!interrupted) throw error
  process.exitCode = 130
} finally {
  await stopChildren()
  await rm(folder, { recursive: true, force: true })
}

/** The service does not start without it, and a fresh checkout has none. */
async function buildWebApp(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../ui/build.ts')])
}

async function measure(): Promise<void> {
  const provider = start('provider.ts')
  const order = (answer: Answer) => provider.ask<string>(answer)
  const providerUrl = await order(oneToken)
  const serviceProcess = start('../../service/main.ts', {
    preload: ['ledger-probe.ts'],
    env: {
      PORT: '0',
      DATA_DIR: join(folder, 'data'),
      OPENAI_BASE_URL: providerUrl,
      MAX_RUNS_PER_USER: String(load.chats),
    },
  })
  const [, port] = await serviceProcess.printed(/http:\/\/localhost:(\d+)/)
  const serviceUrl = `http://127.0.0.1:${port}`
  const service: Side = {
    process: serviceProcess,
    chatUrl: `${serviceUrl}/api/v1/chat/stream`,
    textOf: textOfRunEvent,
  }
  await playLoneChat(service) // to see what a chat asks of the provider
  const bodies = await provider.ask<string[]>('calls')
  const pipeProcess = start('pipe.ts')
  const chatUrl = await pipeProcess.ask<string>({ providerUrl, bodies } satisfies PipeSetting)
  const pipe: Side = { process: pipeProcess, chatUrl, textOf: textOfChunk }

  const figures: Figures = {
    rounds: { service: [], pipe: [] },
    loneFirstContentMs: { service: [], pipe: [] },
    loneLedgerMs: [],
    burstLedgerMs: [],
    readerBytes: 0,
  }
  const ledgerMs = () => serviceProcess.ask<number[]>('ledger_waits')

  await order(load.answer)
  console.log('Warming up ...')
  await playRound(service, load)
  await playRound(pipe, load)
  await ledgerMs()
  for (let round = 1; round <= load.rounds; round++) {
    console.log(`Round ${round} of ${load.rounds} ...`)
    figures.rounds.service.push(await playRound(service, load))
    figures.rounds.pipe.push(await playRound(pipe, load))
  }
  figures.burstLedgerMs = await ledgerMs()

  console.log('One chat after the other ...')
  await order(oneToken)
  for (let chat = 1; chat <= load.loneChats; chat++) {
    figures.loneFirstContentMs.service.push(await playLoneChat(service))
    figures.loneFirstContentMs.pipe.push(await playLoneChat(pipe))
  }
  figures.loneLedgerMs = await ledgerMs()

  console.log('Idle readers ...')
  await order({ ...oneToken, stalls: true })
  figures.readerBytes = await memoryPerReader(serviceProcess, serviceUrl, load.idleReaders)
  console.log(report(load, figures))
}

function start(program: string, options: { preload?: string[]; env?: Record<string, string> } = {}): Child {
  const child = Child.start(program, { env: {}, cwd: folder, ...options })
  children.push(child)
  return child
}

async function stopChildren(): Promise<void> {
  for (const child of children.toReversed()) await child.stop()
}
