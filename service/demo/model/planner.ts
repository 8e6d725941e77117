import type { Asked } from './asked.ts'
import { understood } from './asked.ts'
import type { ChatRequest, Reply } from './chat-request.ts'
import { profileOf, questionOf, textOf } from './chat-request.ts'
import { FIRST_QUESTION, isFollowUp } from './intents.ts'
import { conditions, listed } from './markdown.ts'
import { withoutWish } from './trouble.ts'

/** Turns the conversation into a task for the retriever, or into none where no review is needed. */
export function plan(request: ChatRequest): Reply {
  const profile = profileOf(request)
  if (profile === null) return { content: 'No company is chosen, so there is nothing to retrieve.' }
  const question = withoutWish(questionOf(request)) || FIRST_QUESTION
  const earlier = earlierQuestions(request, question)
  const subject = earlier.length > 0 ? namedItem(request, question) : undefined
  const looking = inWords(understood([...earlier, question], subject, profile ?? null))
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
function inWords({ intent, selection, filter }: Asked): string | null {
  const { subject, groupBy } = selection
  const where = conditions({ ...filter, ...(subject !== '' && { query: subject }) })
  const reviews = `${intent.sentiment ? `${intent.sentiment} ` : 'the '}reviews${where}`
  const grouped = groupBy === undefined ? '' : `, by ${groupBy.replaceAll('_', ' ')}`
  switch (intent.kind) {
    case 'greeting':
    case 'self':
    case 'beyond':
      return null
    case 'comparison': {
      const sides =
        Object.values(selection.attributes).find((values) => values.length > 1) ?? selection.products
      const named = sides.length > 0 ? listed(sides) : 'the most reviewed products'
      return `Compare ${named}${subject === '' ? '' : ` on “${subject}”`}: counts, ratings and what their reviews speak of.`
    }
    case 'trend':
      return `Find how counts and ratings of ${reviews} moved over time, and which subjects came and went.`
    case 'figures':
      return `Count ${reviews} and average their ratings${grouped || ', and see how they spread'}.`
    case 'reviews':
      return `Find ${reviews} to read.`
    case 'themes':
    case 'overview':
    case 'topic':
      if (grouped !== '') return `Count ${reviews} and average their ratings${grouped}.`
      if (subject !== '') return `Find what ${reviews} say, and how many there are.`
      if (intent.kind === 'themes') {
        return `Find the ${intent.limit ?? 5} subjects that ${reviews} speak of most, with examples, and how the reviews split.`
      }
      return `Find what is praised and what is criticised most in ${reviews}, and how they split.`
  }
}
