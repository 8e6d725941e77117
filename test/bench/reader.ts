import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:http'
import { createParser } from 'eventsource-parser'
import type { RunEvent } from '../../service/wire.ts'

/** The text in the data of one frame; '' where it holds none. */
export type TextOf = (data: string) => string

/** As the service writes its frames. */
export const textOfRunEvent: TextOf = (data) => {
  const event = JSON.parse(data) as RunEvent
  if (event.type === 'error') throw new Error(`a run failed: ${event.data.code} ${event.data.message}`)
  return event.type === 'content' ? event.data.content : ''
}

/** As the provider does. */
export const textOfChunk: TextOf = (data) => {
  if (data === '[DONE]') return ''
  const chunk = JSON.parse(data) as { choices: { delta: { content?: string | null } }[] }
  return chunk.choices[0]?.delta.content ?? ''
}

interface Mark {
  characters: number
  reached: PromiseWithResolvers<number>
}

// Every reader is a person of their own: no connection is used twice.
const agent = new Agent({ maxSockets: Infinity })

/** One answer being read. */
export class Reader {
  readonly headers: IncomingMessage['headers']
  /** Rejects where the connection broke, or a frame said that the run failed. */
  readonly ended: Promise<void>
  readonly #sentAt: number
  #marks: Mark[] = []
  #text = ''

  private constructor(response: IncomingMessage, sentAt: number, textOf: TextOf) {
    this.headers = response.headers
    this.#sentAt = sentAt
    this.ended = this.#read(response, textOf)
    this.ended.catch(() => {})
  }

  /** Asks by POST with a JSON body, or by GET without one. */
  static async open(url: string, textOf: TextOf, body?: object): Promise<Reader> {
    const sentAt = performance.now()
    const headers = { 'content-type': 'application/json' }
    const call = request(url, { agent, headers, method: body ? 'POST' : 'GET' })
    call.end(body && JSON.stringify(body))
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`)
    return new Reader(response, sentAt, textOf)
  }

  /** What has come so far. */
  get text(): string {
    return this.#text
  }

  /** Resolves once the text is so long, with the milliseconds from the request to then; rejects where it ends before. */
  reaches(characters: number): Promise<number> {
    const reached = Promise.withResolvers<number>()
    this.#marks.push({ characters, reached })
    this.#settle()
    this.ended.then(() => reached.reject(new Error('an answer ended too early')), reached.reject)
    return reached.promise
  }

  async #read(response: IncomingMessage, textOf: TextOf): Promise<void> {
    const parser = createParser({
      onEvent: ({ data }) => {
        this.#text += textOf(data)
        this.#settle()
      },
    })
    response.setEncoding('utf8')
    for await (const text of response as AsyncIterable<string>) parser.feed(text)
  }

  #settle(): void {
    if (!this.#marks.some(({ characters }) => characters <= this.#text.length)) return
    const elapsed = performance.now() - this.#sentAt
    this.#marks = this.#marks.filter(({ characters, reached }) => {
      if (characters > this.#text.length) return true
      reached.resolve(elapsed)
      return false
    })
  }
}
