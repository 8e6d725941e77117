import type { Sentiment } from '../../reviews/review-source.ts'
import { withoutWish } from './trouble.ts'
import { isForeignFunctionWord } from './vocabulary.ts'

/** What a question wants, as far as rules can tell without knowing the data. */
export interface Intent {
  kind: IntentKind
  sentiment?: Sentiment
  /** The 5 of "top 5". */
  limit?: number
}
type IntentKind =
  /** Hello, thanks. */
  | 'greeting'
  /** About the demo model itself. */
  | 'self'
  /** Nothing that reviews could tell. */
  | 'beyond'
  /** What recurs in a selection: complaints, praise. */
  | 'themes'
  /** Good and bad, in short. */
  | 'overview'
  | 'comparison'
  | 'trend'
  /** Counts, averages, shares, by group. */
  | 'figures'
  /** Reviews to read, the newest. */
  | 'reviews'
  /** What is said about something. */
  | 'topic'

/** The question that a newcomer sees first; also what "demo: slow" alone stands for. */
export const FIRST_QUESTION = 'What are the top 5 product gaps from negative reviews?'

const GREETING =
  /^(hi|hiya|hello|hey|good (morning|afternoon|evening)|thanks?|thank you|bye|goodbye|ok|okay|great|cool|nice)\b/
const SELF =
  /\b(who|what) are you\b|\bwhat can (you|i)\b|\bhow (do|can) (you|i) (work|use)\b|\bwhich (llm|ai|language model)\b|\bare you (an? )?(ai|bot|real|human|llm|robot|chatgpt|gpt)\b|^help\b|\bdemo model\b|\bwhat(’|')?s? (is )?this\b\??$/
const BEYOND =
  /\b(revenues?|profits?|turnover|market share|stock price|share price|salar(y|ies)|weather (today|tomorrow|forecast)|forecast|predict|units sold|sales figures|capital of|president of|system prompt|(your|previous|all) (prompts?|instructions)|(write|compose|tell|make) (me |us )?(a|an|some) (poem|story|song|joke|code|script|essay|program)|next (week|month|quarter|year))\b|\bhow many .*\b(sold|sell)\b|\bcompar\w*\b.*\b(competitors?|competition|other (brands|companies|airlines|makers))\b/
const COMPARISON =
  /\bcompar(e|ed|ing|ison)\b|\bvs\b|\bversus\b|\bdifferences? between\b|\bbetter\b.* or \b|\bor\b.*\bbetter\b/
const TREND =
  /\bover (time|the (last|past|years|months))\b|\btrends?\b|\bchang(e|ed|es|ing)\b|\bevol(ve|ved|ving|ution)\b|\b(month|quarter|year)ly\b|\b(by|per|each|every) (month|quarter|year)\b|\bdevelop(ed|ment)\b|\b(has|have|is|are|did|been)\b.*\b(improv(ed|ing)|got(ten)? (better|worse)|get(ting)? (better|worse)|improve)\b/
const COUNTING =
  /\bhow (many|often|much)\b|\bnumber of\b|\bcount\b|\baverages?\b|\bmean rating\b|\bdistribution\b|\bbreakdown\b|\bsplit\b|\bpercent(age)?\b|\bproportion\b|\bwhat share\b/
const RATING = /\b(ratings?|scores?)\b/
const READING =
  /\b(\d|one|two|three|four|five)[ -]?stars?\b.*\breviews?\b|\b(show|list|read|give|see|quote)\b.*\b(reviews?|comments?|examples?|quotes?|feedback)\b|^(latest|newest|recent|last) reviews?\b|\breviews rated\b|\b(examples|quotes)\b/
const OVERVIEW =
  /\bsummar(y|ise|ize|ies)\b|\boverview\b|\boverall\b|\bhow are we doing\b|\btakeaways?\b|\bthemes?\b|\bmain topics?\b|\bwhat do (people|customers|users|reviewers|they|travell?ers|guests|buyers) (say|think|talk about|write)( about (us|it|them))?\W*$/
const NEGATIVE =
  /\b(gaps?|complain(s|ts?|ed|ing)?|problems?|issues?|pain ?points?|pain|weak(ness|nesses)?|negative(ly)?|bad|badly|hates?|hated|dislikes?|unhappy|unsatisfied|dissatisf\w+|frustrat\w+|fails?|failing|failures?|broken|worst|worse|improve|improvements?|fix|missing|lacks?|lacking|annoy\w*|critici[sz]\w+|critics?|wrong|disappoint\w*|churn|leaving)\b/
const POSITIVE =
  /\b(prais\w+|loves?|loved|liked|positive(ly)?|strengths?|best (thing|part|feature)s?|happy|happiest|delight\w*|enjoy\w*|appreciat\w+|compliment\w*|satisfied|favou?rites?|(do|does|doing|did|works?|working|goes|going) (really |so )?well|good (at|about)|what('s| is| are) good)\b|\b(do|did|does) .*\blike\b/

const NUMBER_WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

/** Reads a question by rule, first match wins; what no rule knows is a topic to be searched for. */
export function intentOf(question: string): Intent {
  const text = (withoutWish(question) || FIRST_QUESTION).toLowerCase()
  const negative = NEGATIVE.test(text)
  const positive = POSITIVE.test(text)
  const limit = limitIn(text)
  const sentiment: Sentiment | undefined =
    negative === positive ? undefined : negative ? 'negative' : 'positive'
  const intent = (kind: IntentKind): Intent => ({
    kind,
    ...(sentiment && { sentiment }),
    ...(limit !== undefined && { limit }),
  })
  if (GREETING.test(text) && text.split(/\s+/).length <= 4) return { kind: 'greeting' }
  if (SELF.test(text)) return { kind: 'self' }
  if (BEYOND.test(text)) return { kind: 'beyond' }
  if (COMPARISON.test(text)) return intent('comparison')
  if (TREND.test(text)) return intent('trend')
  if (COUNTING.test(text)) return intent('figures')
  if (READING.test(text)) return intent('reviews')
  if (OVERVIEW.test(text) && !sentiment) return intent('overview')
  if (negative && positive) return intent('overview')
  if (sentiment) return intent('themes')
  if (RATING.test(text)) return intent('figures')
  return intent('topic')
}

/** A short turn that only makes sense after the one before it: "and for business class?" */
export function isFollowUp(question: string): boolean {
  const text = withoutWish(question).toLowerCase()
  const words = text.split(/\s+/).length
  return (
    (words <= 10 &&
      /^(and|what about|how about|same|also|but|only|just|now|or|then|why|in|for|by|per|with|more|tell me more|go on|show me (some|an?|the)? ?(examples?|quotes?))\b/.test(
        text,
      )) ||
    (words <= 8 &&
      /\b(that|those|them|these|this one|the (first|second|third|fourth|fifth|last) (one|point|gap)|number \d|#\d)\b/.test(
        text,
      ))
  )
}

const ENGLISH =
  /^(the|is|are|of|and|what|which|how|do|does|in|for|about|with|from|to|people|customers|our|we)$/

/** Whether the words look like another language than English, the only one with rules here. */
export function isForeign(question: string): boolean {
  const letters = question.match(/\p{L}/gu) ?? []
  const latin = question.match(/\p{Script=Latin}/gu) ?? []
  if (letters.length > 0 && latin.length < letters.length / 2) return true
  const words = question.toLowerCase().match(/\p{L}+/gu) ?? []
  const foreign = words.filter((word) => isForeignFunctionWord(word)).length
  return foreign >= 2 && foreign > words.filter((word) => ENGLISH.test(word)).length
}

function limitIn(text: string): number | undefined {
  const counted = `(\\d{1,2}|${NUMBER_WORDS.join('|')})`
  const found =
    new RegExp(`\\btop[ -]?${counted}\\b`).exec(text) ??
    new RegExp(`\\b${counted} (?:\\w+ )?(?:biggest|main|most|top|worst|best|largest|key)\\b`).exec(text) ??
    new RegExp(`\\b(?:biggest|main|worst|best|largest|key) ${counted}\\b`).exec(text)
  const number = found?.[1]
  if (number === undefined) return undefined
  const value = NUMBER_WORDS.includes(number) ? NUMBER_WORDS.indexOf(number) + 1 : Number(number)
  return Math.min(20, Math.max(1, value))
}
