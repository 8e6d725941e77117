import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

/** Told from a byte order mark, else from the bytes: what is no UTF-8 was written by a program for Windows. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

const pieceBytes = 256 * 1024

export async function encodingOf(path: string): Promise<Encoding> {
  const marked = await markedEncoding(path)
  if (marked !== undefined) return marked
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>)
      decoder.decode(bytes, { stream: true })
    decoder.decode()
    return 'utf-8'
  } catch (error) {
    if (error instanceof TypeError) return 'windows-1252'
    throw error
  }
}

/** By the byte order mark; without one UTF-16 shows by the zero byte of its first letter. */
async function markedEncoding(path: string): Promise<Encoding | undefined> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    if (bytesRead < 2) return undefined
    const [first, second] = buffer
    if (first === 0xff && second === 0xfe) return 'utf-16le'
    if (first === 0xfe && second === 0xff) return 'utf-16be'
    if (bytesRead === 4 && first !== 0 && second === 0 && buffer[2] !== 0 && buffer[3] === 0)
      return 'utf-16le'
    if (bytesRead === 4 && first === 0 && second !== 0 && buffer[2] === 0 && buffer[3] !== 0)
      return 'utf-16be'
    return undefined
  } finally {
    await file.close()
  }
}

/** The text of a file piece by piece, without its byte order mark. `onBytes` is called with the bytes read so far. */
export async function* textOf(
  path: string,
  encoding: Encoding,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  const stream = createReadStream(path, { highWaterMark: pieceBytes })
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    yield decoder.decode(bytes, { stream: true })
    onBytes?.(stream.bytesRead)
  }
  yield decoder.decode()
}

export interface Line {
  /** From 1. */
  line: number
  text: string
}

/** The same line by line, without the ends of lines. */
export async function* linesOf(
  path: string,
  encoding: Encoding,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<Line> {
  let line = 0
  let rest = ''
  const whole = (text: string) => (text.endsWith('\r') ? text.slice(0, -1) : text)
  for await (const piece of textOf(path, encoding, onBytes)) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    for (const text of lines) yield { line: ++line, text: whole(text) }
  }
  if (rest !== '') yield { line: line + 1, text: whole(rest) }
}
