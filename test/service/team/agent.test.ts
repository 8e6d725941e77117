import { TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '../../../service/errors.ts'
import type { ChatCall, ChatReply } from '../../../service/llm/chat-call.ts'
import type { Agent } from '../../../service/team/agent.ts'
import { runAgent } from '../../../service/team/agent.ts'
import { defineTool } from '../../../service/team/tool.ts'

const count = defineTool({
  name: 'count',
  description: 'Counts.',
  parameters: z.object({ of: z.string() }),
  label: ({ of }) => `Counting ${of}`,
  async run({ of }) {
    if (of === 'database') throw new Error('select secret from table - connection refused')
    if (of === 'nothing') throw new AppError('no_company', 400, 'No company is chosen.')
    return { content: { of, count: 3 }, summary: '3', reviewIds: ['r1'] }
  },
})

const agent: Agent = {
  name: 'counter',
  role: 'Counting',
  label: 'Counting',
  status: { code: 'retrieving', message: 'Counting' },
  instructions: 'Count.',
  tools: [count],
  handOver: { name: 'pass_on', description: 'Ends the turn.', parameters: z.object({ task: z.string() }) },
  maxRounds: 2,
}

/** Runs the agent with a model that gives these replies in turn; what the model was sent comes back with the result. */
async function play(...replies: Partial<ChatReply>[]) {
  const sent: ChatCall[] = []
  const errors: unknown[] = []
  const result = await runAgent(
    {
      tracer: new TracerProvider().getTracer('test'),
      onToolError: (_tool, error) => errors.push(error),
      model: {
        async chat(call) {
          sent.push(call)
          return { text: '', toolCalls: [], finishReason: 'stop', ...replies[sent.length - 1] }
        },
      },
    },
    {
      agent,
      model: 'm',
      fallbackModel: undefined,
      briefing: 'Profile: null',
      messages: [{ role: 'user', content: 'How many?' }],
      context: { companyId: 'c', reviews: null!, signal: new AbortController().signal },
    },
  )
  return { result, sent, errors }
}

function call(args: unknown, name = 'count', id = 'call-1') {
  return { id, name, arguments: typeof args === 'string' ? args : JSON.stringify(args) }
}

test('tool results go back to the model until it needs no more, and are kept as evidence', async () => {
  const { result, sent } = await play(
    { toolCalls: [call({ of: 'reviews' }), call({ of: 'stars' }, 'count', 'call-2')] },
    { text: 'Enough.' },
  )
  expect(result.text).toBe('Enough.')
  expect(result.evidence.map(({ result: found }) => found)).toEqual([
    { of: 'reviews', count: 3 },
    { of: 'stars', count: 3 },
  ])
  expect(result.reviewIds).toEqual(['r1', 'r1'])
  expect(sent[1]!.messages.slice(-2)).toMatchObject([
    { role: 'tool', tool_call_id: 'call-1' },
    { role: 'tool', tool_call_id: 'call-2' },
  ])
})

test.for([
  { name: 'an unknown tool', made: call({}, 'guess'), told: 'There is no tool guess.' },
  { name: 'arguments that are not JSON', made: call('{"of":'), told: 'The arguments do not fit' },
  { name: 'arguments of another form', made: call({ of: 5 }), told: 'The arguments do not fit' },
  { name: 'a failure made for people', made: call({ of: 'nothing' }), told: 'No company is chosen.' },
])('$name is told to the model, which may mend its call', async ({ made, told }) => {
  const { result, sent } = await play({ toolCalls: [made] }, { text: 'Sorry.' })
  expect(result.evidence[0]!.error).toContain(told)
  expect(String(sent[1]!.messages.at(-1)!.content)).toContain(told)
})

test('a failure of the service inside a tool is reported, and told to the model in general terms only', async () => {
  const { result, sent, errors } = await play({ toolCalls: [call({ of: 'database' })] }, { text: 'Sorry.' })
  expect(result.evidence[0]!.error).toBe('The tool failed.')
  expect(JSON.stringify(sent)).not.toContain('secret')
  expect(String(errors[0])).toContain('secret')
})

test('after its last round an agent is given no tools, and so comes to an end', async () => {
  const again = { toolCalls: [call({ of: 'reviews' })] }
  const { sent } = await play(again, again, { text: 'At last.' })
  expect(sent.map(({ tools }) => tools?.length ?? 0)).toEqual([2, 2, 0])
})

test('handing over ends its turn with the arguments', async () => {
  const { result, sent } = await play({ toolCalls: [call({ task: 'find it' }, 'pass_on')] })
  expect(result.handedOver).toEqual([{ task: 'find it' }])
  expect(sent).toHaveLength(1)
})
