import type { Session } from '../../service/wire.ts'

export interface SessionGroup {
  name: 'Today' | 'Yesterday' | 'Last 7 days' | 'Earlier'
  sessions: Session[]
}

/** Sessions whose title has all words of `search`, newest first, by the reader's own days. */
export function byAge(sessions: Session[], search: string, now: number): SessionGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const groups: SessionGroup[] = (['Today', 'Yesterday', 'Last 7 days', 'Earlier'] as const).map((name) => ({
    name,
    sessions: [],
  }))
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  for (const session of [...sessions].sort((a, b) => b.updated_at.localeCompare(a.updated_at))) {
    if (!words.every((word) => session.title.toLowerCase().includes(word))) continue
    const days = Math.ceil((midnight - Date.parse(session.updated_at)) / 86_400_000)
    groups[days <= 0 ? 0 : days === 1 ? 1 : days <= 7 ? 2 : 3]?.sessions.push(session)
  }
  return groups.filter((group) => group.sessions.length > 0)
}
