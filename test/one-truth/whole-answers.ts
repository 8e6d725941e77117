import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { json } from 'node:stream/consumers'

/**
 * A provider that cannot stream: it takes requests for a stream and answers them whole, in JSON, as some gateways do.
 * @param provider base URL of the provider that it asks; known only once that one has started
 */
export async function startWholeAnswers(provider: () => string) {
  const server = createServer((request, response) => void answer(request, response))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { model, messages, tools } = (await json(request)) as Record<string, unknown>
    const whole = await fetch(`${provider()}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, tools }),
    })
    const length = whole.headers.get('content-length')
    response.writeHead(whole.status, {
      'content-type': 'application/json',
      ...(length ? { 'content-length': length } : {}),
    })
    // A body that is cut on its way here is cut on its way on.
    await pipeline(Readable.fromWeb(whole.body! as Parameters<typeof Readable.fromWeb>[0]), response).catch(
      () => response.destroy(),
    )
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
