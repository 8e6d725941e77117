/**
 * Words that reviewers use for one and the same thing, in lower case; a search for one finds the others and
 * themes count them together. Only what holds in every trade belongs here: a wrong pair costs more than a missing one.
 */
const groups: readonly (readonly string[])[] = [
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

/** Wider relations, good for finding and too loose for counting. */
const searchOnly: readonly (readonly string[])[] = [
  ['expensive', 'overpriced', 'pricey', 'costly', 'price', 'cost'],
  ['cheap', 'affordable', 'inexpensive'],
  ['broken', 'broke', 'defective', 'faulty', 'damaged', 'not working', 'stopped working', 'malfunction'],
  ['crash', 'freeze', 'frozen', 'hang'],
  ['disconnect', 'dropout', 'lose connection', 'lost connection', 'connection drop', 'stutter'],
  ['pair', 'connect', 'connection', 'connectivity'],
  ['slow', 'sluggish', 'lag', 'laggy'],
  ['late', 'delay', 'delayed'],
  ['rude', 'unfriendly', 'impolite', 'unhelpful'],
  ['friendly', 'polite', 'kind', 'helpful'],
  ['dirty', 'filthy', 'unclean', 'grubby'],
  ['clean', 'spotless', 'hygienic'],
  ['noisy', 'loud', 'noise'],
  ['quiet', 'silent'],
  ['comfortable', 'comfy', 'comfort'],
  ['uncomfortable', 'discomfort', 'uncomfy', 'hurt', 'sore'],
  ['cramped', 'tight', 'narrow', 'squashed', 'claustrophobic'],
  ['small', 'tiny', 'little'],
  ['big', 'large', 'huge'],
  ['screen', 'display', 'monitor', 'tv'],
  ['charge', 'charger', 'charging', 'recharge'],
  ['battery', 'battery life'],
  ['leak', 'leaky', 'water gets in', 'wet'],
  ['waterproof', 'water resistant', 'rainproof', 'watertight', 'leak', 'leaky'],
  ['backpack', 'pack', 'bag'],
  ['rip', 'tear', 'tore', 'torn'],
  ['storage', 'storage space', 'stowage'],
  ['durable', 'durability', 'sturdy', 'robust'],
  ['flimsy', 'fragile', 'cheaply made'],
  ['seat', 'seating', 'chair'],
  ['wait', 'queue', 'waiting time'],
  ['bad', 'poor', 'terrible', 'awful', 'horrible', 'dreadful', 'worst'],
  ['good', 'great', 'excellent', 'fantastic'],
  ['love', 'adore'],
  ['sleep', 'sleeping'],
  ['sound', 'audio'],
  ['call', 'phone call'],
]

function index(lists: readonly (readonly string[])[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const list of lists)
    for (const word of list)
      found.set(word, [...(found.get(word) ?? []), ...list.filter((other) => other !== word)])
  return found
}

/** Other ways to say a word or phrase when searching: "mic" → ["microphone"]. */
export const alternatives: ReadonlyMap<string, readonly string[]> = index([...groups, ...searchOnly])

/** The first of each group stands for all when counting: "crew" → "staff". */
export const standsFor: ReadonlyMap<string, string> = new Map(
  groups.flatMap((list) => list.map((word): [string, string] => [word, list[0]!])),
)
