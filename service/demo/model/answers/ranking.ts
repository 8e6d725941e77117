import type { Theme } from '../../../reviews/review-source.ts'
import type { ReviewsCounted, ThemesFound } from '../chat-request.ts'
import { conditions, counted, listed, name, percent, rating } from '../markdown.ts'
import { recurs, themesWithQuotes } from './theme-lines.ts'

/**
 * The subjects of one selection, ranked: the answer to "What are the top 5 product gaps from negative reviews?"
 * @param wording the question, with those it follows: a gap stays a gap
 */
export function ranking(wording: string, found: ThemesFound, split: ReviewsCounted | undefined): string {
  const { result, arguments: query } = found
  const noun = nounOf(wording, query.sentiment)
  const selection = `${query.sentiment ? `${query.sentiment} ` : ''}review`
  const themes = result.themes.filter(recurs).slice(0, query.limit ?? 5)
  const where = conditions(query)
  const top = themes[0]
  if (result.total === 0) return `There are no ${selection}s${where}, so there is no ${noun} to name.`
  if (!top) {
    return `Among ${counted(result.total, selection)}${where} no subject comes up often enough to be called a ${noun}.`
  }
  return [
    opening(themes, noun, result.total, selection, where),
    themesWithQuotes(themes)
      .map(({ line, quote }, index) => `${index + 1}. ${line}${quote && `\n   > ${quote}`}`)
      .join('\n\n'),
    ...priority(themes, split, query.sentiment),
    basis(result.total, themes.length, query.limit, split, selection, noun, where),
  ].join('\n\n')
}

function opening(themes: Theme[], noun: string, total: number, selection: string, where: string): string {
  const [top, ...others] = themes as [Theme, ...Theme[]]
  const lead = `**${name(top.name)}** is the biggest ${noun}${where}: ${top.count} of ${counted(total, selection)} (${percent(top.share)}) ${top.count === 1 ? 'speaks' : 'speak'} of it.`
  const next = others.slice(0, 2).map((theme) => `${theme.name} (${percent(theme.share)})`)
  if (next.length === 0) return lead
  return `${lead} ${name(listed(next))} ${next.length === 1 ? 'follows' : 'follow'}.`
}

/** Where to start, from the figures alone: what is named most and what is rated worst. */
function priority(
  themes: Theme[],
  split: ReviewsCounted | undefined,
  sentiment: string | undefined,
): string[] {
  const frequent = themes[0]!
  const solid = themes.filter((theme) => theme.count >= 3 && (theme.average_rating ?? null) !== null)
  const harshest = solid.toSorted((a, b) => a.average_rating! - b.average_rating!)[0]
  if (sentiment !== 'negative' || !harshest || themes.length < 2) return []
  const usual =
    split?.result.rows.find((row) => row.group.toLowerCase() === 'negative')?.average_rating ?? null
  if (usual !== null && harshest.average_rating! > usual - 0.1) {
    return [
      `**Where to start:** ${frequent.name}. It is named most often, and by rating none of the others stands out.`,
    ]
  }
  const rated = `rated ${rating(harshest.average_rating)} on average${usual === null ? '' : `, against ${rating(usual)} over all negative reviews`}`
  if (harshest === frequent) {
    return [
      `**Where to start:** ${frequent.name}. It is named most often, and the reviews that name it are the harshest (${rated}).`,
    ]
  }
  return [
    `**Where to start:** ${frequent.name} reaches the most customers; reviews that name ${harshest.name} are the harshest (${rated}).`,
  ]
}

function basis(
  total: number,
  shown: number,
  wanted: number | undefined,
  split: ReviewsCounted | undefined,
  selection: string,
  noun: string,
  where: string,
): string {
  const all = split?.result.total
  const based =
    all === undefined || all === total
      ? `Based on ${counted(total, selection)}${where}.`
      : `Based on ${counted(all, 'review')}${where}, ${total.toLocaleString('en-US')} of them ${selection.split(' ')[0]!}.`
  const fewer =
    wanted !== undefined && shown < wanted
      ? ` Only ${counted(shown, noun)} came up often enough to name.`
      : ''
  const overlap = shown > 1 ? ` One review can speak of several, so the shares do not add up to 100%.` : ''
  const few = total < 10 ? ` That is a small number of reviews: read it as a hint.` : ''
  return `*${based}${fewer}${overlap}${few}*`
}

/** What the user calls it. */
function nounOf(wording: string, sentiment: string | undefined): string {
  if (sentiment === 'positive') return 'strength'
  if (sentiment !== 'negative') return 'subject'
  const asked = /\b(gap|problem|issue|complaint|pain point|weakness)/i.exec(wording)?.[1]?.toLowerCase()
  return asked === 'weakness' ? 'weak point' : (asked ?? 'complaint')
}
