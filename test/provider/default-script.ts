import type { ProviderMessage, Script } from './reply.ts'

/**
 * Plays the whole team sensibly: the planner retrieves, the retriever calls two tools and is then content,
 * and the analyst answers with a citation of the first review it was shown.
 * @param answer what the analyst says instead
 */
export function defaultScript(answer?: string): Script {
  return ({ agent, messages }) => {
    const toolsAnswered = messages.at(-1)?.role === 'tool'
    switch (agent) {
      case 'planner':
        if (toolsAnswered) return { content: 'Retrieved.' }
        return {
          toolCalls: [{ name: 'retrieve', arguments: { task: `Find what answers: ${question(messages)}` } }],
        }
      case 'retriever':
        if (toolsAnswered) return { content: 'Enough retrieved.' }
        return {
          toolCalls: [
            { name: 'find_themes', arguments: { sentiment: 'negative', limit: 5 } },
            { name: 'aggregate_reviews', arguments: { group_by: 'sentiment' } },
          ],
        }
      case 'analyst':
        return { content: answer ?? defaultAnswer(question(messages)) }
    }
  }
}

function defaultAnswer(evidence: string): string {
  const reviewId = /"review_id":\s*"([^"]+)"/.exec(evidence)?.[1]
  const citation = reviewId === undefined ? '' : ` [review:${reviewId}]`
  return `The biggest gap is **comfort**.\n\n1. **Comfort**: named most often${citation}.\n2. **Service**: slow to answer.\n`
}

function question(messages: ProviderMessage[]): string {
  const last = messages.findLast((message) => message.role === 'user')?.content
  return typeof last === 'string' ? last : JSON.stringify(last ?? '')
}
