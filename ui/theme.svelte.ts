const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
const key = 'tracechat.theme'

/** The colour scheme: the system's unless the reader chose one. */
class ThemeChoice {
  current = $state<Theme>(themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system')

  apply() {
    if (this.current === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = this.current
  }

  next() {
    this.current = themes[(themes.indexOf(this.current) + 1) % themes.length] ?? 'system'
    localStorage.setItem(key, this.current)
    this.apply()
  }
}

export const theme = new ThemeChoice()
