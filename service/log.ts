import { trace } from '@opentelemetry/api'
import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

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
      redact: {
        paths: ['authorization', 'apiKey', 'headers', '*'].flatMap((path) =>
          path === 'headers' || path === '*'
            ? [
                `${path}.authorization`,
                `${path}.cookie`,
                `${path}["proxy-authorization"]`,
                `${path}["x-api-key"]`,
              ]
            : [path],
        ),
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination({ dest: 1, sync: false }),
  )
}
