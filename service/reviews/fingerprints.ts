import { createHash } from 'node:crypto'

const smallest = 1 << 12
const fullest = 0.6

/** A value by 48 bits of its hash, from 1: among 200,000 values two are taken for one in one file of ten thousand. */
export function fingerprint(value: string): number {
  return createHash('sha256').update(value).digest().readUIntBE(0, 6) + 1
}

/** Fingerprints by fingerprint: some 40 bytes each at most, where a Map of texts takes hundreds. */
export class Fingerprints {
  private keys = new Float64Array(smallest)
  private values = new Float64Array(smallest)
  private size = 0

  get(key: number): number | undefined {
    const at = this.placeOf(key)
    return this.keys[at] === key ? this.values[at] : undefined
  }

  set(key: number, value: number): void {
    if (this.size >= fullest * this.keys.length) this.grow()
    const at = this.placeOf(key)
    if (this.keys[at] !== key) this.size++
    this.keys[at] = key
    this.values[at] = value
  }

  /** Its place, or the free one where it would go. */
  private placeOf(key: number): number {
    const mask = this.keys.length - 1
    let at = (key % 0x8000_0000) & mask
    while (this.keys[at] !== 0 && this.keys[at] !== key) at = (at + 1) & mask
    return at
  }

  private grow(): void {
    const { keys, values } = this
    this.keys = new Float64Array(keys.length * 2)
    this.values = new Float64Array(keys.length * 2)
    this.size = 0
    for (const [at, key] of keys.entries()) if (key !== 0) this.set(key, values[at]!)
  }
}
