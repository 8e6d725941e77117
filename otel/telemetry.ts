import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api'
import type { Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { envDetector, serviceInstanceIdDetector } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace'
import { BatchSpanProcessor, createAlwaysRecordSampler } from '@opentelemetry/sdk-trace'
import { samplerOf } from './sampler.ts'
import type { SamplerSetting } from './sampler.ts'

export interface TelemetryOptions {
  /** Beats OTEL_SERVICE_NAME, so it must be taken from there. */
  serviceName: string
  sampler: SamplerSetting
  /** Where the OTLP exporter sends to is read from OTEL_EXPORTER_OTLP_* by the exporter itself. */
  exporting: boolean
  /** Named in the notice when traces do not get through. */
  endpoint?: string
  /** The OTEL_BSP_* settings; milliseconds and spans. */
  batch: {
    maxQueueSize: number
    maxExportBatchSize: number
    scheduledDelayMillis: number
    exportTimeoutMillis: number
  }
  /** Sees every span, whatever is sampled or exported. */
  live: SpanProcessor
  notice(message: string): void
}

export interface Telemetry {
  tracer: Tracer
  /** Ends the export within three seconds, reached or not; never rejects. */
  shutdown(): Promise<void>
}

const EXPORT_TIMEOUT_MS = 3_000
const NOTICE_EVERY_MS = 60_000

// Set here so that OTEL_SPAN_*_LIMIT cannot cut tokens or a session off a span that becomes a row.
const SPAN_LIMITS = {
  attributeCountLimit: 128,
  attributeValueLengthLimit: Infinity,
  eventCountLimit: 128,
}

/**
 * Starts tracing for the process. Every span is recorded and reaches `live`; the sampler decides about export alone.
 */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  silenceExporter(options)
  const processors: SpanProcessor[] = [options.live]
  if (options.exporting) {
    const exporter = new OTLPTraceExporter({ timeoutMillis: EXPORT_TIMEOUT_MS })
    processors.push(new BatchSpanProcessor({ exporter, ...options.batch }))
  }
  const sampler: Sampler = createAlwaysRecordSampler(samplerOf(options.sampler))
  const sdk = new NodeSDK({
    serviceName: options.serviceName,
    // Not the process and host detectors: a trace that a user downloads would show command line and machine.
    resourceDetectors: [envDetector, serviceInstanceIdDetector],
    sampler,
    spanLimits: SPAN_LIMITS,
    spanProcessors: processors,
    // Given empty, or NodeSDK would post metrics and logs of its own.
    metricReaders: [],
    logRecordProcessors: [],
  })
  sdk.start()
  return {
    tracer: trace.getTracer('tracechat'),
    async shutdown() {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, EXPORT_TIMEOUT_MS).unref())
      const flushed = sdk.shutdown().catch((error: unknown) => diag.error('traces were not flushed', error))
      await Promise.race([flushed, deadline])
      trace.disable()
      context.disable()
      diag.disable()
    },
  }
}

/** An exporter that cannot reach its endpoint prints a stack per batch; one line a minute says as much. */
function silenceExporter({ exporting, endpoint, notice }: TelemetryOptions): void {
  if (!exporting) return
  let lastNotice = -Infinity
  const failed = (message: string) => {
    if (performance.now() - lastNotice < NOTICE_EVERY_MS) return
    lastNotice = performance.now()
    notice(
      `Traces are not reaching ${endpoint ?? 'the OTLP endpoint'}: ${message.slice(0, 200)} Chats and the bill are not affected.`,
    )
  }
  const quiet = () => {}
  diag.setLogger(
    { error: failed, warn: quiet, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  )
}
