/**
 * What the service is compared with: node:http and nothing else. For each chat it makes the requests of a real chat
 * one after the other, and pipes the bytes of the last answer to the client. Told where the provider is and the bodies
 * to send, it says where it listens.
 */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PipeSetting {
  providerUrl: string
  /** JSON, in the order in which they are sent. */
  bodies: string[]
}

process.once('message', (setting: unknown) => void serve(setting as PipeSetting))

async function serve({ providerUrl, bodies }: PipeSetting): Promise<void> {
  const headers = { 'content-type': 'application/json' }

  async function ask(body: string, agent: Agent): Promise<IncomingMessage> {
    const call = request(`${providerUrl}/chat/completions`, { method: 'POST', agent, headers })
    call.end(body)
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    return answer
  }

  const server = createServer((question, response) => {
    question.resume()
    // One connection a chat: one kept between rounds would be closed by the provider just as it is used again.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    response.on('close', () => agent.destroy())
    void (async () => {
      for (const body of bodies.slice(0, -1)) {
        const answer = await ask(body, agent)
        answer.resume()
        await once(answer, 'end')
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const answer = await ask(bodies.at(-1)!, agent)
      answer.pipe(response)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}
