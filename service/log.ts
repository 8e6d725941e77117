import { trace } from '@opentelemetry/api'
import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

const secretHeaders = ['authorization', 'cookie', 'set-cookie', 'proxy-authorization', 'x-api-key']
/** Wherever headers are logged: by themselves, or within a request, a response or an error. */
const secretPaths = secretHeaders.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`])

/** A logger of JSON lines on stdout. A line written inside a span carries its trace_id, which is the run id. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin() {
        const span = trace.getActiveSpan()?.spanContext()
        return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
      },
      redact: { paths: secretPaths, censor: '[redacted]' },
    },
    destination ?? pino.destination(1),
  )
}
