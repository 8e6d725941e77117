/**
 * Loaded into the service ahead of its program: times what the ledger costs each call before the provider hears of it,
 * from the record that the call is meant, over its texts, to the end of the fdatasync that covers both.
 */
import { Ledger } from '../../service/ledger/ledger.ts'

let waits: number[] = []
let startedAt = 0

const { callStarted, durable } = Ledger.prototype

Ledger.prototype.callStarted = function (call) {
  startedAt = performance.now()
  callStarted.call(this, call)
}

// The start of a call and its durable() are in one turn of the event loop, so the last start is this call's.
Ledger.prototype.durable = async function () {
  const from = startedAt
  await durable.call(this)
  waits.push(performance.now() - from)
}

process.on('message', (question: unknown) => {
  if (question !== 'ledger_waits') return
  process.send!(waits)
  waits = []
})
