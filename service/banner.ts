import type { Config } from './config.ts'
import { withoutPassword } from './db/database.ts'

/** What a person who has just started the service wants to know. */
export function banner(service: { url: string; databaseUrl: string }, config: Config): string {
  const { models } = config.llm
  const rows = [
    ['Web app', service.url],
    [
      'Model',
      config.llm.demo
        ? 'demo model: scripted answers, no provider called, prices simulated (set OPENAI_API_KEY for a real one)'
        : `${models.planner}, ${models.retriever}, ${models.analyst} at ${config.llm.baseUrl ?? 'https://api.openai.com/v1'}`,
    ],
    ['Database', `${withoutPassword(service.databaseUrl)}${config.databaseUrl ? '' : ' (embedded)'}`],
    ['SQL', 'npm run sql -- "SELECT * FROM model_usage"'],
    [
      'Traces',
      config.telemetry.exporting
        ? `exported to ${config.telemetry.endpoint}`
        : 'not exported (set OTEL_EXPORTER_OTLP_ENDPOINT)',
    ],
  ]
  return [
    '',
    '  tracechat is running. Ctrl-C ends it.',
    '',
    ...rows.map(([name, value]) => `  ${name!.padEnd(9)} ${value}`),
    '',
  ].join('\n')
}
