import type { Child } from './child.ts'
import { QUESTION } from './load.ts'
import type { ProcessUsage } from './probe.ts'
import { Reader, textOfRunEvent } from './reader.ts'

/**
 * Resumes one quiet run many times and lets the readers wait. The provider must stall.
 * @returns bytes by which an open stream makes the service grow
 */
export async function memoryPerReader(service: Child, serviceUrl: string, readers: number): Promise<number> {
  const chats = `${serviceUrl}/api/v1/chat`
  const asked = await Reader.open(`${chats}/stream`, textOfRunEvent, { message: QUESTION, tree: 'delta' })
  await asked.reaches(1)
  const run = `${chats}/runs/${String(asked.headers['x-run-id'])}`
  const before = await service.ask<ProcessUsage>('usage_collected')
  const waiting = await Promise.all(
    Array.from({ length: readers }, () => Reader.open(`${run}/stream?tree=delta`, textOfRunEvent)),
  )
  await Promise.all(waiting.map((reader) => reader.reaches(1)))
  const after = await service.ask<ProcessUsage>('usage_collected')
  const stopped = await fetch(`${run}/stop`, { method: 'POST' })
  if (!stopped.ok) throw new Error(`the quiet run could not be stopped: HTTP ${stopped.status}`)
  await Promise.all([asked, ...waiting].map((reader) => reader.ended))
  return (after.heapBytes - before.heapBytes) / readers
}
