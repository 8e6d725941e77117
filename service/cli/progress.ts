const barWidth = 30
const redrawMs = 100
const lineMs = 5_000

/** How far a long command has come, on stderr: a bar on a terminal, else a line every few seconds. */
export class Progress {
  private readonly label: string
  private readonly total: number
  private shownAt = Date.now()
  private drawn = false

  constructor(label: string, total: number) {
    this.label = label
    this.total = total
  }

  at(done: number): void {
    const now = Date.now()
    if (now - this.shownAt < (process.stderr.isTTY ? redrawMs : lineMs)) return
    this.shownAt = now
    const share = this.total === 0 ? 1 : Math.min(1, done / this.total)
    const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
    if (process.stderr.isTTY) {
      const full = Math.round(share * barWidth)
      process.stderr.write(`\r${this.label} ${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${percent}`)
      this.drawn = true
    } else process.stderr.write(`${this.label}: ${percent}\n`)
  }

  /** Clears the bar. */
  end(): void {
    if (this.drawn) process.stderr.write('\r\x1b[2K')
  }
}
