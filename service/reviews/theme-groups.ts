import type { Candidate } from './theme-candidates.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Phrases for one and the same thing. */
export interface ThemeGroup {
  /** The best of them, which gives the name. */
  lead: Candidate
  members: Candidate[]
  reviews: Set<number>
}

function overlap(a: Set<number>, b: Set<number>): number {
  let both = 0
  for (const index of a) if (b.has(index)) both++
  return both
}

const within = (a: string[], b: string[]) => a.every((key) => b.includes(key))

/** Phrases for the same thing become one group, led by the best of them; a word comes before the phrases it is in. */
export function foldThemes(candidates: Candidate[], vocabulary: Vocabulary): ThemeGroup[] {
  const pairs = candidates.filter((candidate) => candidate.keys.length === 2)
  const rank = new Map<Candidate, number>()
  for (const candidate of candidates) {
    const holding =
      candidate.keys.length === 1 ? pairs.filter((pair) => pair.keys.includes(candidate.keys[0]!)) : []
    if (isCollection(candidate, holding, vocabulary)) continue
    rank.set(candidate, Math.max(candidate.score, ...holding.map((pair) => pair.score + 1e-9)))
  }
  const groups: ThemeGroup[] = []
  for (const [candidate] of [...rank].sort((a, b) => b[1] - a[1])) {
    const home = groups.find((group) => sameTheme(candidate, group, pairs))
    if (home === undefined) {
      groups.push({ lead: candidate, members: [candidate], reviews: new Set(candidate.reviews) })
      continue
    }
    home.members.push(candidate)
    for (const index of candidate.reviews) home.reviews.add(index)
  }
  return groups
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
  return large.some((a) => large.some((b) => a !== b && jaccard(a.reviews, b.reviews) < 0.2))
}

function jaccard(a: Set<number>, b: Set<number>): number {
  const both = overlap(a, b)
  return both / (a.size + b.size - both)
}

function sameTheme(candidate: Candidate, group: ThemeGroup, pairs: Candidate[]): boolean {
  const both = overlap(candidate.reviews, group.reviews)
  const smaller = Math.min(candidate.reviews.size, group.reviews.size)
  if (both >= 3 && both / (candidate.reviews.size + group.reviews.size - both) >= 0.6) return true
  if (within(group.lead.keys, candidate.keys)) return true
  if (candidate.keys.length > 1) {
    return group.lead.keys.some((key) => candidate.keys.includes(key)) && both >= 0.6 * smaller
  }
  // "attitude" is mostly said of staff, so that it is no theme beside it.
  const together = pairs.find(
    (pair) => pair.keys.includes(candidate.keys[0]!) && within(group.lead.keys, pair.keys),
  )
  return together !== undefined && together.reviews.size >= 0.5 * candidate.reviews.size
}

/** The candidate as reviewers mostly write it. */
export function usualForm(candidate: Candidate): string {
  return [...candidate.forms].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]![0]
}

/** A name to read: two words say more than one where they cover enough of the theme. */
export function nameOf(group: ThemeGroup): string {
  // A lead that stands for two words already ("customer service") says enough.
  if (group.lead.keys.length > 1 || group.lead.keys[0]!.includes(' ')) return usualForm(group.lead)
  const pairs = group.members.filter(
    (member) =>
      member.keys.length === 2 &&
      within(group.lead.keys, member.keys) &&
      member.reviews.size >= 0.25 * group.reviews.size,
  )
  return usualForm(pairs.sort((a, b) => b.reviews.size - a.reviews.size)[0] ?? group.lead)
}
