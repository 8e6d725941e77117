import { praised, vague } from './lexicon.ts'
import { meaningsOf } from './meanings.ts'
import { near } from './related-words.ts'
import type { Sentiment } from './review-source.ts'
import { distinctiveness, type Candidate } from './theme-candidates.ts'
import type { Vocabulary } from './vocabulary.ts'
import { root, searchWords, stem } from './words.ts'

/** Phrases for one and the same thing. */
export interface ThemeGroup {
  /** The best of them. */
  lead: Candidate
  /** What gives the name: the lead, or a phrase of two words that says more. */
  named: Candidate
  members: Candidate[]
  reviews: Set<number>
  spots: Set<number>
}

/** Whether `a` and `b` have so many in common; does not count on where that has become impossible. */
function share(a: Set<number>, b: Set<number>, least: number): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let spare = small.size - least
  if (spare < 0) return false
  for (const each of small) if (!large.has(each) && --spare < 0) return false
  return true
}

const within = (a: string[], b: string[]) => a.every((key) => b.includes(key))

/** Whether they have this share of what is in either (the Jaccard index) in common. */
function alike(a: Set<number>, b: Set<number>, index: number): boolean {
  return share(a, b, (index * (a.size + b.size)) / (1 + index))
}

/** The tail behind so many phrases makes no theme that anyone would be shown. */
const mostFolded = 600

/** The phrases of two words, by each of them. */
type Pairs = Map<string, Candidate[]>

/** Phrases for the same thing become one group, led by the best of them; a word comes before the phrases it is in. */
export function foldThemes(
  candidates: Candidate[],
  vocabulary: Vocabulary,
  total: number,
  compared: number,
): ThemeGroup[] {
  const pairs: Pairs = new Map()
  for (const pair of candidates.filter(({ keys }) => keys.length === 2))
    for (const key of pair.keys) pairs.set(key, [...(pairs.get(key) ?? []), pair])
  const rank = new Map<Candidate, number>()
  for (const candidate of candidates) {
    const holding = candidate.keys.length === 1 ? (pairs.get(candidate.keys[0]!) ?? []) : []
    if (isCollection(candidate, holding, vocabulary) || isPartOnly(candidate, holding, total, compared))
      continue
    rank.set(candidate, Math.max(candidate.score, ...holding.map((pair) => pair.score + 1e-9)))
  }
  const groups: ThemeGroup[] = []
  for (const [candidate] of [...rank].sort((a, b) => b[1] - a[1]).slice(0, mostFolded)) {
    const home =
      groups.find((group) => within(group.lead.keys, candidate.keys)) ??
      groups.find((group) => sameTheme(candidate, group, pairs))
    if (home === undefined) {
      groups.push({
        lead: candidate,
        named: candidate,
        members: [candidate],
        reviews: new Set(candidate.reviews),
        spots: new Set(candidate.spots),
      })
      continue
    }
    join(home, candidate, [candidate])
  }
  return foldGroups(groups, pairs)
}

/** Themes whose names mean the same, which shows when all phrases have found their theme. */
function foldGroups(groups: ThemeGroup[], pairs: Pairs): ThemeGroup[] {
  const kept: ThemeGroup[] = []
  for (const group of groups) {
    const home = kept.find((other) => sameMeaning(group.named, other, pairs))
    if (home === undefined) kept.push(group)
    else join(home, group, group.members)
  }
  return kept
}

function join(home: ThemeGroup, more: Pick<ThemeGroup, 'reviews' | 'spots'>, members: Candidate[]): void {
  home.members.push(...members)
  for (const index of more.reviews) home.reviews.add(index)
  for (const spot of more.spots) home.spots.add(spot)
  home.named = namedBy(home)
}

/**
 * Whether a word is the common part of several subjects and none itself: "app" of "app login" and "app price".
 * What goes wrong with a thing ("battery drains") is no subject beside it ("battery life").
 */
function isCollection(word: Candidate, holding: Candidate[], vocabulary: Vocabulary): boolean {
  const large = holding.filter(
    ({ reviews, keys }) =>
      reviews.size >= Math.max(3, 0.25 * word.reviews.size) && !keys.some((key) => vocabulary.isProblem(key)),
  )
  return large.some((a) => large.some((b) => a !== b && !alike(a.reviews, b.reviews, 0.2)))
}

/** With less than this the other uses of a word do not tell the selection apart. */
const tellingZ = 0.8

/**
 * Whether a word matters only as part of a phrase: "charging" of "charging case", where those who charge something else
 * complain no more than others.
 */
function isPartOnly(word: Candidate, holding: Candidate[], total: number, compared: number): boolean {
  const largest = holding.filter(saysMore).sort((a, b) => b.reviews.size - a.reviews.size)[0]
  if (compared === 0 || word.terms[0]!.property || !largest) return false
  if (largest.reviews.size < 0.25 * word.reviews.size) return false
  const rest = { here: Math.max(0, word.here - largest.here), there: Math.max(0, word.there - largest.there) }
  return rest.here > 0 && distinctiveness(rest, total, compared) < tellingZ
}

/** Share of its passages that a phrase has in common with a theme to be part of it. */
const sameBreath = 0.75

/**
 * Whether two phrases mean the same: the words in which they differ do ("screen", "display"), or are related while the
 * others are the same ("bluetooth dropouts", "bluetooth connection").
 */
function sameMeaning(candidate: Candidate, group: ThemeGroup, pairs: Pairs): boolean {
  const leading = group.named.terms
  const [ours, theirs] = [candidate.terms, leading].map((terms, side) => {
    const others = side === 0 ? leading : candidate.terms
    return terms.filter(({ key }) => !others.some((other) => other.key === key))
  })
  if (ours!.length !== 1 || theirs!.length !== 1) return false
  const strength = relation(ours![0]!.form, theirs![0]!.form)
  if (candidate.terms.length > 1 && leading.length > 1) return strength > 0
  if (candidate.terms.length > 1 || strength < near) return false
  // "support" of "lumbar support" is not that of customers.
  const others = pairs.get(candidate.keys[0]!)?.filter((pair) => !group.members.includes(pair)) ?? []
  return !others.some((pair) => pair.reviews.size >= 0.25 * candidate.reviews.size)
}

/** How near two words are in meaning, 0–1. */
function relation(a: string, b: string): number {
  const [ours, theirs] = [meaningOf(a), meaningOf(b)]
  return Math.max(ours.near.get(theirs.roots) ?? 0, theirs.near.get(ours.roots) ?? 0)
}

interface Meaning {
  roots: string
  /** Related phrases, by their roots, with the strength of the relation. */
  near: ReadonlyMap<string, number>
}
const meanings = new Map<string, Meaning>()

function meaningOf(phrase: string): Meaning {
  let meaning = meanings.get(phrase)
  if (meaning === undefined) {
    if (meanings.size >= 10_000) meanings.clear()
    const roots = (words: string) => searchWords(words).map(root).join(' ')
    const related = meaningsOf(searchWords(phrase)).map((each): [string, number] => [
      roots(each.phrase),
      each.strength,
    ])
    meaning = { roots: roots(phrase), near: new Map(related) }
    meanings.set(phrase, meaning)
  }
  return meaning
}

function sameTheme(candidate: Candidate, group: ThemeGroup, pairs: Pairs): boolean {
  const { reviews, spots, keys } = candidate
  if (reviews.size >= 3 && group.reviews.size >= 3 && alike(reviews, group.reviews, 0.6)) return true
  // What is said in the same breath almost every time is part of it: "glasses" of "comfortable, even with glasses".
  if (spots.size <= group.spots.size && share(spots, group.spots, Math.max(2, sameBreath * spots.size)))
    return true
  if (sameMeaning(candidate, group, pairs)) return true
  if (keys.length > 1) {
    const smaller = Math.min(reviews.size, group.reviews.size)
    return group.lead.keys.some((key) => keys.includes(key)) && share(reviews, group.reviews, 0.6 * smaller)
  }
  // "attitude" is mostly said of staff, so that it is no theme beside it.
  const pairing = pairs.get(keys[0]!)?.find((pair) => within(group.lead.keys, pair.keys))
  return pairing !== undefined && pairing.reviews.size >= 0.5 * reviews.size
}

/** The candidate as reviewers mostly write it. */
export function usualForm(candidate: Candidate): string {
  return [...candidate.forms].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]![0]
}

/** A name to read. */
export function nameOf(group: ThemeGroup, sentiment: Sentiment | undefined): string {
  const name = usualForm(group.named)
  if (sentiment !== 'positive') return name
  return name.replace(/[\p{L}-]+$/u, (property) => praised.get(property) ?? property)
}

const vagueRoots = new Set([...vague].map(stem))

/** "entertainment box" says no more than "entertainment". */
const saysMore = (pair: Candidate) => !pair.keys.some((key) => vagueRoots.has(key))

/** Two words say more than one where they cover enough of the theme. */
function namedBy(group: ThemeGroup): Candidate {
  // A lead that stands for two words already ("customer service") says enough.
  if (group.lead.keys.length > 1 || group.lead.keys[0]!.includes(' ')) return group.lead
  const pairs = group.members.filter(
    (member) =>
      member.keys.length === 2 &&
      within(group.lead.keys, member.keys) &&
      saysMore(member) &&
      member.reviews.size >= 0.25 * group.reviews.size,
  )
  return pairs.sort((a, b) => b.reviews.size - a.reviews.size)[0] ?? group.lead
}
