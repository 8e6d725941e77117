/**
 * Words that reviewers use for one and the same thing, in lower case; a search for one finds the others and
 * themes count them together. Only what holds in every trade belongs here: a wrong pair costs more than a missing one.
 * What is good for finding and too loose for counting is in related-words.ts.
 */
export const groups: readonly (readonly string[])[] = [
  ['legroom', 'leg room', 'leg space', 'knee room'],
  ['staff', 'crew', 'employee', 'personnel', 'attendant', 'stewardess', 'steward'],
  ['toilet', 'lavatory', 'washroom', 'restroom', 'bathroom', 'loo'],
  [
    'entertainment',
    'entertainment system',
    'inflight entertainment',
    'in-flight entertainment',
    'ife',
    'avod',
    'ptv',
  ],
  ['tv', 'television'],
  ['luggage', 'baggage', 'suitcase'],
  ['food', 'meal', 'catering'],
  ['wifi', 'wi-fi', 'wlan'],
  ['microphone', 'mic'],
  ['earbud', 'bud', 'earphone', 'ear bud'],
  ['headphone', 'headset'],
  ['app', 'application'],
  ['phone', 'smartphone', 'mobile phone'],
  ['noise cancelling', 'noise cancellation', 'noise canceling', 'anc'],
  ['customer service', 'customer support', 'customer care', 'support team', 'help desk'],
  ['delivery', 'shipping', 'shipment'],
  ['refund', 'money back', 'reimbursement'],
  ['return', 'send back', 'sent back'],
  ['manual', 'instructions', 'user guide'],
  ['zip', 'zipper'],
  ['rucksack', 'backpack'],
  ['colour', 'color'],
  ['smell', 'odor', 'odour', 'stink', 'smelly'],
  ['update', 'upgrade', 'firmware'],
  ['dropout', 'drop-out', 'drops out', 'drop out', 'dropped out', 'cuts out', 'cut out', 'cutting out'],
  ['invoice', 'bill'],
  ['subscription', 'membership'],
  ['login', 'log in', 'sign in', 'signin'],
]

/** The first of each group stands for all when counting: "crew" → "staff". */
export const standsFor: ReadonlyMap<string, string> = new Map(
  groups.flatMap((list) => list.map((word): [string, string] => [word, list[0]!])),
)
