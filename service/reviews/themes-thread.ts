import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { ThemesResult } from './review-source.ts'
import type { ThemeReview } from './theme-candidates.ts'
import { findThemes, type ThemesOptions } from './themes.ts'

interface Work {
  reviews: ThemeReview[]
  options: ThemesOptions
}

/** From how many reviews on a thread is worth its start of some 50 ms. */
const large = 500

/** findThemes beside the event loop, where it would hold up the streams of everyone else. */
export async function findThemesAside(reviews: ThemeReview[], options: ThemesOptions): Promise<ThemesResult> {
  if (reviews.length < large) return findThemes(reviews, options)
  const work: Work = { reviews, options }
  const worker = new Worker(new URL(import.meta.url), { workerData: work, name: 'themes' })
  try {
    return await new Promise<ThemesResult>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`The themes thread ended with code ${code}.`)))
    })
  } finally {
    await worker.terminate()
  }
}

if (!isMainThread && parentPort) {
  const { reviews, options } = workerData as Work
  parentPort.postMessage(findThemes(reviews, options))
}
