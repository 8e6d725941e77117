import { createSubscriber } from 'svelte/reactivity'

const watch = createSubscriber((update) => {
  const timer = setInterval(update, 1000)
  return () => clearInterval(timer)
})

/** Milliseconds since 1970, read anew once a second for as long as something on screen shows it. */
export const clock = {
  get now(): number {
    watch()
    return Date.now()
  },
}
