import type { Span, Tracer } from '@opentelemetry/api'
import { z } from 'zod'
import { inSpan } from '../../otel/in-span.ts'
import { App, GenAi } from '../../otel/names.ts'
import { reportStatus } from '../../otel/status.ts'
import { AppError } from '../errors.ts'
import type { ChatCall, ChatCompletionTool, ChatReply } from '../llm/chat-call.ts'
import type { ToolCall } from '../llm/completion-stream.ts'
import type { ChatMessage } from '../llm/messages.ts'
import { toolCallParam } from '../llm/messages.ts'
import type { StatusCode, Visualization } from '../wire.ts'
import type { Tool, ToolContext } from './tool.ts'

/** A member of the team. */
export interface Agent {
  name: string
  /** What a person reads beside its calls: "Query planning". */
  role: string
  /** What a person reads in the tree for the whole of its work. */
  label: string
  status: { code: StatusCode; message: string }
  /** The standing instructions. */
  instructions: string
  tools: Tool[]
  /** A call that ends its turn: its arguments are what it hands over to the next agent. */
  handOver?: HandOver
  /** Calls to its model with tools at most; then one without them, so that it comes to an end. */
  maxRounds: number
}

export interface HandOver {
  name: string
  description: string
  parameters: z.ZodObject
}

/** What an agent is given to work with. */
export interface AgentTask {
  agent: Agent
  model: string
  /** Asked where the model does not answer. */
  fallbackModel: string | undefined
  /** What holds for this question only; follows the instructions. */
  briefing: string
  messages: ChatMessage[]
  context: ToolContext
  onText?(text: string): void
}

/** One tool call and what it gave: what an answer may stand on. */
export interface Evidence {
  tool: string
  arguments: unknown
  result?: unknown
  error?: string
}

export interface AgentResult {
  text: string
  /** Arguments of the calls by which it handed over. */
  handedOver: Record<string, unknown>[]
  evidence: Evidence[]
  visualizations: Visualization[]
  reviewIds: string[]
}

export interface AgentRuntime {
  tracer: Tracer
  /** Told of a tool that failed. */
  onToolError(tool: string, error: unknown): void
  model: { chat(call: ChatCall): Promise<ChatReply> }
}

/** Lets an agent work until it needs no more tools: its calls and tools are spans below one of its own. */
export function runAgent(runtime: AgentRuntime, task: AgentTask): Promise<AgentResult> {
  const { agent, context } = task
  return inSpan(
    runtime.tracer,
    `invoke_agent ${agent.name}`,
    {
      attributes: { [GenAi.operation]: 'invoke_agent', [GenAi.agent]: agent.name, [App.label]: agent.label },
      label: agent.label,
      signal: context.signal,
    },
    (span) => converse(runtime, task, span),
  )
}

async function converse(runtime: AgentRuntime, task: AgentTask, span: Span): Promise<AgentResult> {
  const { agent, model, fallbackModel, context } = task
  reportStatus(span, agent.status.code, agent.status.message)
  const messages: ChatMessage[] = [
    { role: 'system', content: `${agent.instructions}\n\n${task.briefing}` },
    ...task.messages,
  ]
  const offered = [...agent.tools, ...(agent.handOver ? [agent.handOver] : [])]
  const result: AgentResult = { text: '', handedOver: [], evidence: [], visualizations: [], reviewIds: [] }
  for (let round = 1; ; round++) {
    const last = round > agent.maxRounds
    const reply = await runtime.model.chat({
      agent: agent.name,
      role: agent.role,
      model,
      ...(fallbackModel ? { fallbackModel } : {}),
      messages: [...messages],
      ...(offered.length > 0 && !last ? { tools: offered.map(toolParam) } : {}),
      signal: context.signal,
      ...(task.onText ? { onText: task.onText } : {}),
    })
    result.text = reply.text
    if (reply.toolCalls.length === 0) return result
    result.handedOver = handedOver(agent, reply.toolCalls)
    if (result.handedOver.length > 0) return result
    messages.push({
      role: 'assistant',
      content: reply.text || null,
      tool_calls: reply.toolCalls.map(toolCallParam),
    })
    // Side by side: the calls of one turn do not depend on each other.
    const outcomes = await Promise.all(reply.toolCalls.map((call) => runTool(runtime, agent, call, context)))
    for (const [index, { evidence, visualization, reviewIds }] of outcomes.entries()) {
      const { error, result: content } = evidence
      messages.push({
        role: 'tool',
        tool_call_id: reply.toolCalls[index]!.id,
        content: JSON.stringify(error === undefined ? content : { error }),
      })
      result.evidence.push(evidence)
      if (visualization) result.visualizations.push(visualization)
      result.reviewIds.push(...reviewIds)
    }
    context.signal.throwIfAborted()
  }
}

function handedOver({ handOver }: Agent, calls: ToolCall[]): Record<string, unknown>[] {
  if (!handOver) return []
  return calls.flatMap((call) => {
    const args = call.name === handOver.name ? parseArguments(handOver.parameters, call.arguments) : null
    return args?.success ? [args.data] : []
  })
}

interface ToolOutcome {
  evidence: Evidence
  visualization?: Visualization
  reviewIds: string[]
}

/** Runs one tool call. What goes wrong with it goes back to the model, which may mend its call. */
async function runTool(
  runtime: AgentRuntime,
  agent: Agent,
  call: ToolCall,
  context: ToolContext,
): Promise<ToolOutcome> {
  const tool = agent.tools.find((one) => one.name === call.name)
  const args = tool ? parseArguments(tool.parameters, call.arguments) : null
  const label = tool && args?.success ? tool.label(args.data) : `Running ${call.name}`
  try {
    return await inSpan(
      runtime.tracer,
      `execute_tool ${call.name}`,
      {
        attributes: {
          [GenAi.operation]: 'execute_tool',
          [GenAi.tool]: call.name,
          [GenAi.toolCallId]: call.id,
          [GenAi.agent]: agent.name,
          [App.label]: `Running ${call.name}`,
        },
        label,
        signal: context.signal,
      },
      async (span) => {
        if (!tool) throw new AppError('unknown_tool', 400, `There is no tool ${call.name}.`)
        if (!args?.success) throw new AppError('bad_arguments', 400, argumentProblem(args?.error))
        reportStatus(span, 'running_tool', `Running ${tool.name}`)
        const {
          content,
          summary,
          visualization,
          reviewIds = [],
        } = await tool.run(args.data, context).catch((error: unknown) => {
          throw toolFailure(error)
        })
        span.setAttribute(App.summary, summary)
        const source = span.spanContext().spanId
        return {
          evidence: { tool: tool.name, arguments: args.data, result: content },
          ...(visualization
            ? { visualization: { ...visualization, id: `chart-${source}`, source_node_id: source } }
            : {}),
          reviewIds,
        }
      },
    )
  } catch (error) {
    context.signal.throwIfAborted()
    const { message, cause } = error as AppError
    runtime.onToolError(call.name, cause ?? error)
    return {
      evidence: { tool: call.name, arguments: args?.data ?? call.arguments, error: message },
      reviewIds: [],
    }
  }
}

/** What is nobody's argument is told in general terms: the tree shows it, and the model repeats what it reads. */
function toolFailure(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : new AppError('tool_failed', 500, 'The tool failed.', { cause: error })
}

function parseArguments(parameters: z.ZodObject, json: string) {
  let value: unknown
  try {
    value = json.trim() === '' ? {} : JSON.parse(json)
  } catch {
    value = json
  }
  return parameters.safeParse(value)
}

function argumentProblem(error: z.ZodError | undefined): string {
  return `The arguments do not fit: ${error ? z.prettifyError(error) : 'not JSON'}`
}

const toolParams = new WeakMap<HandOver, ChatCompletionTool>()

/** The form of a tool in a request, worked out once a tool. */
function toolParam(tool: HandOver): ChatCompletionTool {
  let param = toolParams.get(tool)
  if (!param) {
    const { $schema: _, ...parameters } = z.toJSONSchema(tool.parameters, { io: 'input' })
    param = { type: 'function', function: { name: tool.name, description: tool.description, parameters } }
    toolParams.set(tool, param)
  }
  return param
}
