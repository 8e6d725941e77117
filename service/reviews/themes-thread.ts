import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import type { ThemesResult } from './review-source.ts'
import type { ThemeReview } from './theme-candidates.ts'
import { findThemes, type ThemesOptions } from './themes.ts'

interface Work {
  id: number
  reviews: ThemeReview[]
  options: ThemesOptions
}
type Done = { id: number; result: ThemesResult } | { id: number; failure: Error }

/** From how many reviews on the way to a thread is worth it. */
const large = 500

let thread: Worker | undefined
let asked = 0

/**
 * findThemes beside the event loop, where it would hold up the streams of everyone else. The thread stays for the next
 * call, which finds it warm, and keeps no process alive.
 */
export async function findThemesAside(reviews: ThemeReview[], options: ThemesOptions): Promise<ThemesResult> {
  if (reviews.length < large) return findThemes(reviews, options)
  const worker = (thread ??= start())
  const id = ++asked
  worker.ref()
  try {
    return await new Promise<ThemesResult>((resolve, reject) => {
      const take = (done: Done) => {
        if (done.id !== id) return
        release()
        if ('result' in done) resolve(done.result)
        else reject(done.failure)
      }
      const end = (code: number) => {
        release()
        reject(new Error(`The themes thread ended with code ${code}.`))
      }
      const release = () => {
        worker.off('message', take)
        worker.off('exit', end)
      }
      worker.on('message', take)
      worker.on('exit', end)
      worker.postMessage({ id, reviews, options } satisfies Work)
    })
  } finally {
    if (worker.listenerCount('message') === 0) worker.unref()
  }
}

function start(): Worker {
  const worker = new Worker(new URL(import.meta.url), { name: 'themes' })
  worker.setMaxListeners(0) // two for each call that waits
  worker.once('exit', () => {
    if (thread === worker) thread = undefined
  })
  return worker
}

if (!isMainThread && parentPort) {
  const port = parentPort
  port.on('message', ({ id, reviews, options }: Work) => {
    let done: Done
    try {
      done = { id, result: findThemes(reviews, options) }
    } catch (error) {
      done = { id, failure: error as Error }
    }
    port.postMessage(done)
  })
}
