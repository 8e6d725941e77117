import type { Attachment } from 'svelte/attachments'

/** Nearer to the end than this counts as reading along. */
const nearPx = 48

/** Keeps a growing transcript at its end for as long as the reader is there, and never moves it otherwise. */
export class FollowScroll {
  /** Whether the reader is at the end. */
  atEnd = $state(true)
  #box: HTMLElement | null = null

  readonly box: Attachment<HTMLElement> = (box) => {
    this.#box = box
    const onscroll = () => (this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < nearPx)
    const grown = new ResizeObserver(() => {
      if (this.atEnd) box.scrollTop = box.scrollHeight
    })
    if (box.firstElementChild) grown.observe(box.firstElementChild)
    grown.observe(box)
    box.addEventListener('scroll', onscroll, { passive: true })
    return () => {
      grown.disconnect()
      box.removeEventListener('scroll', onscroll)
      this.#box = null
    }
  }

  toEnd() {
    this.atEnd = true
    if (this.#box) this.#box.scrollTop = this.#box.scrollHeight
  }
}
