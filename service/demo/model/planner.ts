import type { ChatRequest, Reply } from './chat-request.ts'
import { questionOf, textOf } from './chat-request.ts'
import type { Intent } from './intents.ts'
import { FIRST_QUESTION, intentOf, isFollowUp } from './intents.ts'
import { withoutWish } from './trouble.ts'

/** Turns the conversation into a task for the retriever, or into none where no review is needed. */
export function plan(request: ChatRequest): Reply {
  if (request.messages.at(-1)?.role === 'tool') return { content: 'The reviews were looked at.' }
  const question = withoutWish(questionOf(request)) || FIRST_QUESTION
  const earlier = earlierQuestions(request, question)
  const subject = earlier.length > 0 ? namedItem(request, question) : undefined
  const intent = subject === undefined ? followedIntent([...earlier, question]) : ({ kind: 'topic' } as const)
  const looking = inWords(intent)
  if (looking === null) return { content: 'No reviews are needed for this.' }
  const task = [
    looking,
    ...(subject === undefined ? [] : [`Subject: ${JSON.stringify(subject)}.`]),
    ...(earlier.length === 0 ? [] : [`Earlier: ${earlier.map((turn) => JSON.stringify(turn)).join(', ')}.`]),
  ]
  return { toolCalls: [{ name: 'retrieve', arguments: { task: task.join(' ') } }] }
}

/** What the planner wrote into a task beside words for people: the turns a follow-up builds on, and its subject. */
export function contextOf(task: string): { earlier: string[]; subject?: string } {
  const quoted = /"(?:[^"\\]|\\.)*"/g
  const strings = (part: string | undefined) =>
    (part?.match(quoted) ?? []).map((text) => JSON.parse(text) as string)
  const [head, tail] = task.split(/ Earlier: (?=")/)
  const subject = strings(/ Subject: (".*)$/.exec(head!)?.[1])[0]
  return { earlier: strings(tail), ...(subject !== undefined && { subject }) }
}

/** The intent of a question after those it builds on: its own where it has one, else theirs. */
export function followedIntent(questions: string[]): Intent {
  const intents = questions.map(intentOf)
  const own = intents.findLast((intent) => intent.kind !== 'topic') ?? intents.at(-1)!
  const sentiment = intents.findLast((intent) => intent.sentiment)?.sentiment
  return { ...own, ...(sentiment && own.kind !== 'overview' && { sentiment }) }
}

/** The questions before a follow-up, back to the last one that stands on its own, oldest first. */
function earlierQuestions(request: ChatRequest, question: string): string[] {
  const before = request.messages.filter((message) => message.role === 'user').slice(0, -1)
  const earlier: string[] = []
  for (let last = question; isFollowUp(last) && before.length > 0;) {
    last = withoutWish(textOf(before.pop()!))
    if (last !== '') earlier.unshift(last)
  }
  return earlier
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth']

/** "Tell me more about the second one" → the bold name of item 2 in the last answer. */
function namedItem(request: ChatRequest, question: string): string | undefined {
  const answer = request.messages.findLast((message) => message.role === 'assistant')
  const found = /\b(first|second|third|fourth|fifth)\b|(?:#|\bnumber )(\d)\b/i.exec(question)
  if (!answer || !found) return undefined
  const position = found[2] ?? ORDINALS.indexOf(found[1]!.toLowerCase()) + 1
  return new RegExp(`^${position}\\. \\*\\*(.+?)\\*\\*`, 'm').exec(textOf(answer))?.[1]
}

/** What to look for; null where no review is needed. */
function inWords(intent: Intent): string | null {
  const kind = intent.sentiment ? `${intent.sentiment} reviews` : 'the reviews'
  switch (intent.kind) {
    case 'themes':
      return `Find the ${intent.limit ?? 5} subjects that ${kind} speak of most, with examples, and how the reviews split.`
    case 'overview':
      return 'Find what is praised and what is criticised most, and how the reviews split.'
    case 'comparison':
      return `Compare counts, ratings and subjects of ${kind}, side by side.`
    case 'trend':
      return `Find how counts and ratings of ${kind} moved over time, and which subjects came and went.`
    case 'figures':
      return `Count ${kind} and average their ratings, in the groups asked for.`
    case 'reviews':
      return `Find ${kind} to read.`
    case 'topic':
      return `Find what ${kind} say about it, and how many do.`
    case 'greeting':
    case 'self':
    case 'beyond':
      return null
  }
}
