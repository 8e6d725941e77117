import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

/** `refuse`: nobody listens on the port; `hang`: takes requests and never answers; `unavailable`: answers 503. */
export type ReceiverMode = 'ok' | 'refuse' | 'hang' | 'unavailable'

/** A span as OTLP/HTTP JSON carries it. */
export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  /** 1 internal, 3 client. */
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes?: OtlpAttribute[]
  events?: { name: string; timeUnixNano: string; attributes?: OtlpAttribute[] }[]
  links?: { traceId: string; spanId: string; traceState?: string }[]
  /** code: 0 unset, 1 ok, 2 error. */
  status?: { code?: number; message?: string }
}
interface OtlpAttribute {
  key: string
  value: OtlpValue
}
interface OtlpValue {
  stringValue?: string
  intValue?: string | number
  doubleValue?: number
  boolValue?: boolean
  arrayValue?: { values?: OtlpValue[] }
}
export interface OtlpTrace {
  resourceSpans?: { resource?: unknown; scopeSpans?: { spans?: OtlpSpan[] }[] }[]
}

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string
  /** Bodies of the requests so far, unzipped, in order of arrival. */
  bodies: string[]
  /** The spans of those requests, as they came. */
  readonly spans: OtlpSpan[]
  /** Requests that are waiting for an answer. */
  readonly waiting: number
  /** Resolves with the next request. */
  nextRequest(): Promise<void>
  close(): Promise<void>
}

/** An OTLP/HTTP endpoint for traces in JSON, on 127.0.0.1. */
export async function startOtlpReceiver(mode: ReceiverMode = 'ok'): Promise<OtlpReceiver> {
  const bodies: string[] = []
  const open = new Set<ServerResponse>()
  let arrived: PromiseWithResolvers<void> = Promise.withResolvers()
  const server = createServer((request, response) => void receive(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    open.add(response)
    response.on('close', () => open.delete(response))
    const sent = await buffer(request)
    bodies.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent).toString('utf8'))
    arrived.resolve()
    arrived = Promise.withResolvers()
    if (mode === 'hang') return
    const json = request.headers['content-type']?.startsWith('application/json')
    const status =
      mode === 'unavailable' ? 503 : request.url !== '/v1/traces' ? 404 : json === true ? 200 : 415
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  }

  async function close(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  if (mode === 'refuse') await close()
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    get spans() {
      return bodies.flatMap((body) => spansOf(JSON.parse(body) as OtlpTrace))
    },
    get waiting() {
      return open.size
    },
    nextRequest: () => arrived.promise,
    close,
  }
}

/** The spans of an OTLP trace, whatever resource and scope they are under. */
export function spansOf(trace: OtlpTrace): OtlpSpan[] {
  return (trace.resourceSpans ?? [])
    .flatMap((resource) => resource.scopeSpans ?? [])
    .flatMap((scope) => scope.spans ?? [])
}

/** Attributes by name, as plain values. */
export function plain(attributes: OtlpAttribute[] | undefined): Record<string, unknown> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, plainValue(value)]))
}

function plainValue(value: OtlpValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue)
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plainValue)
  return value.stringValue ?? value.doubleValue ?? value.boolValue
}
