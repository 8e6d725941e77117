import type { Intent } from '../intents.ts'
import { FIRST_QUESTION } from '../intents.ts'

const ABILITIES = `- **Gaps and complaints**: “${FIRST_QUESTION}”
- **Praise**: “What do customers like most?”
- **Comparisons**: two products, or two groups such as cabins or countries
- **Change over time**: “How have the reviews changed over time?”
- **Figures**: “How many reviews are negative?”, “Average rating by product”
- **Anything said**: “What do people say about the battery?”`

const SELF = `I am the **demo model**, a stand-in that runs inside this service so that everything can be tried without an API key. I am not a language model: I plan and call tools by fixed rules, and I answer only from what those tools return. The tokens are counted for real; the prices are simulated.

I can tell from the reviews of the chosen company:

${ABILITIES}

Follow-ups work: “and for business class?”, “tell me more about the second one”.

What I cannot do: read any language but English by rule, reason beyond the counts, know anything that is not in the reviews, or write freely. Set \`OPENAI_API_KEY\` to use a real model.

To see how trouble is handled, put one of these into a question:

- \`demo: slow\` thinks long and writes slowly: time to try stop, reload or a second tab
- \`demo: busy\` answers 429 twice before it plans: watch the retries
- \`demo: fail\` answers 500 in place of the answer
- \`demo: cut\` breaks the connection in the middle of the answer`

const BEYOND = `Customer reviews cannot tell that: they hold what customers wrote, their ratings and dates, and nothing else. From them I can answer:

${ABILITIES}`

const NOTHING_RETRIEVED = `No reviews were looked at, so I cannot answer that. If no company is chosen yet, choose one and ask again, for example “${FIRST_QUESTION}”`

/** Answers for which nothing was retrieved. */
export function about(question: string, intent: Intent): string {
  if (intent.kind === 'self') return SELF
  if (intent.kind === 'beyond') return BEYOND
  if (intent.kind !== 'greeting') return NOTHING_RETRIEVED
  if (/\b(thanks?|thank you)\b/i.test(question)) return 'You are welcome. Ask on whenever you like.'
  return `Hello! Ask me about the customer reviews, for example “${FIRST_QUESTION}” or “What do customers like most?”`
}
