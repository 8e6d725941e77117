/** The arrows of ARCHITECTURE.md: they run one way, and each outside library has one home. */
const only = (name, comment, library, homes) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(service|otel|ui|migrations)/', pathNot: homes },
  to: { path: `^node_modules/${library}(/|$)`, dependencyTypesNot: ['type-only'] },
})
const never = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphan-imports', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('koa-under-http', 'Koa only under http', '(koa|koa-helmet|@koa/[^/]+|sirv)', '^service/http/'),
    only(
      'knex-under-db',
      'knex and pg only under db and migrations',
      '(knex|pg)',
      '^(service/db|migrations)/',
    ),
    only('openai-under-llm', 'openai only under llm', 'openai', '^service/llm/'),
    never('otel-is-a-leaf', 'otel knows nothing of the service', '^otel/', '^(service|ui|migrations)/'),
    never(
      'ui-knows-wire-types-only',
      'the web app imports nothing but the wire types',
      '^ui/',
      '^(service/(?!wire\\.ts$)|otel/(?!trace-node\\.ts$)|migrations/)',
    ),
    never('http-runs', 'http -> run', '^service/http/', '^service/(db|ledger|llm|demo|cli|main)'),
    never('run-asks-team', 'run -> team', '^service/run/', '^service/(http|db|demo|cli|main|llm)'),
    never('team-asks-llm', 'team -> llm', '^service/team/', '^service/(http|run|db|ledger|demo|cli|main)'),
    never(
      'llm-asks-nobody',
      'llm is the end of the arrow',
      '^service/llm/',
      '^service/(http|run|team|db|ledger|reviews|demo|cli|main)',
    ),
    never(
      'ledger-stands-alone',
      'the ledger is handed its store',
      '^service/ledger/',
      '^service/(http|run|team|llm|db|reviews|demo|cli|main)',
    ),
    never(
      'reviews-are-pure',
      'reviews knows no database',
      '^service/reviews/',
      '^service/(http|run|team|llm|ledger|db|demo|cli|main)',
    ),
    never(
      'db-serves-ports',
      'db implements ports and calls nobody',
      '^service/db/',
      '^service/(http|llm|demo|cli|main)',
    ),
    never(
      'only-roots-compose',
      'nothing imports a composition root',
      '^(service/(?!cli/)|otel|ui|migrations)',
      '^service/(main\\.ts|cli/.*\\.ts)$',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'svelte', 'default', 'types'],
    },
    exclude: { path: '(^|/)ui/dist/' },
  },
}
