/**
 * Words that reviews use for one and the same matter, in any trade; a search for one finds the others, which rank below
 * it. Before the semicolon: nearly the same. After it: what is often said where the first words are meant.
 * "not" stands for every negation: "not work" is also "doesn't work" and "never worked".
 */
const matters = `
  broken, broke, defective, faulty, damaged, malfunction, out of order, not work, stop working, stopped working, no longer work, not turn on; fail, dead, crack, snap, fall apart, unusable, give up
  break, broke, snap, snapped, crack, come off, came off, fall apart, fell apart; split, tear, tore, fail, rip
  crash, freeze, hang, lock up, force close; bug, glitch, unresponsive, not open, not start
  bug, glitch, error; crash, freeze, fault
  durable, durability, sturdy, robust, rugged, tough, well made, well built, hard wearing, long lasting; solid, built to last, hold up, held up, survive, indestructible, reliable, not feel flimsy, almost new, still looks new
  sturdy, solid, robust, stable, well built, well made; durable, quality, creak
  quality, workmanship, craftsmanship; material, finish, well made
  flimsy, fragile, cheaply made, cheap plastic, cheap material, feel cheap, poor quality; plastic, weak, toy, rattle, break
  reliable, dependable, trustworthy, without a fault, without fail, never fail; consistent, every day, for years, no problem
  unreliable, not reliable, hit and miss, inconsistent; fail, random
  wear out, worn out, wear, worn, peel, fray, crack; fade, deteriorate, last, thin
  rip, tear, tore, torn, frayed; split, hole, seam
  come off, came off, coming off, fall off, fell off, peel, peel away, separate, detach, come loose, coming loose, came loose; glue, unstuck, apart
  loose, wobbly, wobble, shaky, unstable; rattle, slip
  leak, leaky, drip, puddle, seep; wet, soaked, water get in, water come through, waterproof, flood
  waterproof, water resistant, watertight, rainproof, stay dry, keep dry; bone dry, rain, leak
  dry, bone dry, stay dry, stayed dry, keep dry; waterproof
  wet, soaked, damp, drenched; puddle, moist, drip
  rain, downpour, thunderstorm, rainstorm, shower; storm, wet
  storm, wind, gale, breeze, windy
  rust, rusty, corrode
  scratch, scuff, dent
  smell, odour, odor, stink, smelly, stench, reek; fumes, musty, burning, mould, fresh
  mould, mold, mildew, mouldy; damp, musty, rot
  hot, overheat, boiling, sweltering, stuffy, burning; heat, warm, air conditioning, sweat
  cold, lukewarm, tepid, chilly, freezing; heating, draught, warm
  air conditioning, aircon, air con, climate control; hot, temperature
  noisy, noise, loud, racket, deafening; paper thin, wake, hear, earplugs, squeak, hum
  quiet, silent, noiseless, silence, peaceful, calm; hardly hear, hear nothing, noise
  hiss, static, crackle
  bright, brightness; dim, dark
  heavy, heavyweight, bulky; weight, weigh, load, kilos
  load, pack, weight, kilos, carry
  light, lightweight, lightest, lighter, featherlight, weightless; weigh, weight, hardly notice
  small, tiny, little, cramped, run small; short, tight, narrow, miniature
  tight, narrow, small, cramped; squeeze
  large, big, huge, spacious, enormous, generous; roomy
  space, room, roomy, spacious, headroom; cramped, fit, plenty
  spacious, roomy, plenty of room, plenty of space, airy, generous; large, big, headroom
  cramped, narrow, squashed, claustrophobic, squeezed, crammed, confined, poky, no space; tight, small
  size, sizing, fit; small, large, tight
  fit, sit well, stay put, stay in; loose, tight, slip
  fall out, fell out, slip out, not stay in, not fit; slip off, loose, lost, fit
  slip, slippery, slide, no grip, not grip; grip, wet
  grip, traction, hold; slip
  comfortable, comfort, comfy, cosy, cozy, ergonomic, comfortably; soft, cushion, padded, without pressure, pillow
  uncomfortable, discomfort, uncomfy, not comfortable; hurt, sore, ache, pain, hard, stiff, cramp, backache, sag
  hurt, pain, ache, sore, painful, hurting; cut into, dig into, press, rub, headache, backache
  headache, migraine
  backache, back pain, bad back
  blister, chafe; rub, sore
  itch, rash, allergic, irritate skin, irritation
  easy, simple, effortless, effortlessly, straightforward, breeze, child's play, painless, no effort; intuitive, without help, quickly, in minutes, in no time
  difficult, hard to, complicated, awkward, tricky, fiddly, cumbersome, chore, not easy, struggle; nightmare, steep, impossible, confusing
  hard to, difficult, chore, nightmare, not easy, awkward, fiddly, tricky; impossible, struggle
  easy to use, user friendly, intuitive, self explanatory; straightforward, simple, easy
  intuitive, user friendly, self explanatory, easy to use; simple, straightforward
  confusing, unclear, unintuitive, incomprehensible, nobody understands, not understand; complicated, learning curve, cryptic, find
  learn, learning curve, get used to, master
  set up, setup, install, installation, assemble, assembly, put together; pairing, configure, migration, pitch
  put up, pitch, set up, erect, assemble
  clean, cleaning, wash, wipe; rinse, dishwasher, scrub, descale
  cleanliness, spotless, immaculate, hygienic, clean, tidy; fresh
  spotless, immaculate, clean, tidy; fresh
  dirty, filthy, unclean, grubby, unhygienic, stain, not clean; dust, hair, mould, disgusting
  instructions, manual, booklet, user guide, handbook, documentation; guide, explain
  battery, battery life; charge, charged, power
  battery life, battery; on one charge, one charge, hours, last
  drain, die, run out, run down, go flat, empty, dead, not last, barely lasts, give up, gave up; short, dropped, low, last, no longer, go down
  die, dead, drain, empty, give up, gave up, stop working, run out, barely lasts; fail, last, no longer
  last, hold up, survive; hours, drain
  charge, charger, charging, recharge; cable, power, plug
  power, socket, outlet, plug; charge
  screen, display, monitor, tv
  sound, audio, acoustics; music, bass, treble, voices
  clear, crisp, clarity; detailed, sharp
  distort, distortion, crackle, rattle; muffled, tinny, mush, hiss
  volume, loudness; loud, quiet
  microphone, mic; voice, hear me
  call, phone call, telephone; speak, phone
  connect, connection, connectivity, pair, pairing, reconnect; bluetooth, wifi, wireless, signal, find
  disconnect, dropout, drop out, drops out, cut out, cuts out, lose connection, loses connection, connection drops, lose signal, keep dropping, kick off; stutter, connection, drop
  connection, bluetooth, pairing, signal; dropout, disconnect
  wifi, wi fi, internet, wlan, wireless; network, connection, router, online
  sync, synchronise, synchronize, synchronisation, synchronization; feed, import, connect
  update, upgrade, firmware, release, new version
  slow, sluggish, lag, laggy, take ages, takes ages, take forever, slowly; load, wait, weeks, hours, delay, minutes
  fast, quick, quickly, speedy, rapid, swift, prompt, in no time, instant; seconds, under a minute, minutes, within
  quickly, fast, soon, rapidly, early, in no time, within
  login, log in, sign in, signin, log on; password, account
  log out, logs out, logs me out, logged out, logging out, logging me out, sign out, signs out, signs me out, signed out; login, session
  lose, lost, vanish, disappear, gone, wiped, deleted; missing, erase, restore
  data, files, records; drafts, work, documents, backup
  settings, presets, preferences, configuration; options
  privacy, data protection, confidential; security, leak, breach
  security, secure, hack, safe; privacy, password
  feature, functionality, functions; options
  missing, lack, absent, no way to, wish it had, not have; without, need, wish, gap
  error, mistake, wrong, incorrect, inaccurate; bug, off
  wrong, incorrect, inaccurate, not right, error; off, mistake
  calculation, calculate, total, sum; figures
  advert, advertisement, ads, advertising; pop up, banner
  spam, junk mail, too many emails, newsletter, unsubscribe; emails, ads, notifications
  notification, alert, reminder, message
  app, application; software, phone version
  software, program, app, application; interface, system, page
  interface, ui, design, layout; screen
  device, gadget; phone, laptop, tablet
  switch, swap, change, toggle
  search, find, look for
  photo, picture, image; camera
  not as described, nothing like, misleading, not as advertised, false advertising; photo, different

  customer service, customer support, customer care, support, help desk, helpline, hotline; staff, agent, ticket, reply, service
  support, customer service, customer support, help desk; help, ticket, hotline
  staff, crew, employee, personnel, team; receptionist, waiter, attendant, lady, manager, reception
  reception, front desk, receptionist; check in, lobby, welcome
  check in, checking in, reception, front desk; queue, arrival
  reply, respond, answer, response, get back to, react; ticket, email, silence, ignore
  ignore, not answer, never answered, not reply, not respond, no answer, no reply, no response, unanswered, silence; wait
  wait, waiting, queue, queued; hour, weeks, delay, long
  late, delay, delayed, overdue, not on time; weeks, wait, took, slow
  on time, punctual, in time, promptly, schedule
  delivery, shipping, shipment, courier, dispatch; parcel, package, arrive, post
  arrive, arrived, arrival, delivered, delivery
  packaging, box, parcel, package, packed, wrapping
  damage, damaged, cracked, dented, broken; scratched
  refund, money back, reimburse, reimbursement; return, compensation, voucher
  return, send back, sent back, sending back, took back; refund, exchange
  compensation, voucher, goodwill; refund
  cancel, cancellation, unsubscribe, terminate; end the membership, subscription, refund
  subscription, membership, contract; plan
  warranty, guarantee, guaranty; claim, repair, replacement
  refuse, reject, deny, denied, turn down, decline
  replace, replacement, exchange, swap; spare, new one
  repair, fix, mend, sew; service
  free, charged nothing, no charge, complimentary, without charge, gratis, free of charge
  useless, worthless, pointless, worth nothing, no use; unusable, refuse
  billing, bill, invoice, overcharged, charged twice; payment, card, fee
  payment, pay, card
  fee, surcharge, extra charge, hidden cost, extra cost; charge, price
  price, cost, pricing, priced; expensive, cheap, money
  expensive, overpriced, pricey, costly, too dear, rip off, much too expensive, too expensive, price went up; price, cost, not worth, prices, euros
  price increase, price rise, price went up, price hike, more expensive; increase, price
  cheap, inexpensive, affordable, reasonable price; bargain, price, good value
  value, good value, value for money, worth every, worth the money, worth the price, bargain; worth, price, money
  worth, value, worth every
  rude, unfriendly, impolite, arrogant, dismissive, surly, not friendly, unwelcome; attitude, unhelpful, shrug, shouted
  friendly, polite, kind, welcoming, courteous, warm welcome, lovely; helpful, smile, welcome, pleasant
  helpful, attentive, accommodating, supportive; friendly, kind, help, solved
  unhelpful, no help, not help, not helpful; rude, useless, shrug
  professional, competent; expert
  unprofessional, incompetent; rude
  scam, fraud, cheat, con, rip off, dishonest; lie, mislead
  dangerous, unsafe, hazard, safety, risk; fire, afraid, burn, injury

  bedroom, room, suite
  bed, mattress, pillow; sleep, slept
  sleep, slept, asleep, sleeping; night, bed, rest
  bathroom, shower, toilet; bath, sink
  breakfast, buffet; morning
  food, meal, dish, catering, dinner, lunch; taste, menu, eat, breakfast
  tasty, delicious, yummy, flavourful; taste, outstanding, fresh
  bland, tasteless, no taste, no flavour; watery, weak, stale
  weak, watery, thin, feeble; strength
  stale, not fresh, dry, mouldy; old
  drink, beverage; coffee, tea
  location, situated, located, central; station, walk, near, close to
  parking, garage, car park
  elevator, lift
  luggage, baggage, suitcase, bag
  view, overlooking, scenery
  child, children, kid, family, toddler
  crowded, busy, packed, overcrowded
  seat, seating, chair
  recline, tilt, lean back, reclining
  storage, storage space, stowage, compartment
  film, movie
  taste, flavour, flavor
  two people, two persons, couple, for two; two
  alone, single handed, by myself, on my own, without help; one person
  bend, bent, snap, snapped, buckle, break, broke; weak
  cushion, pad, padding, foam; peel
  material, fabric, plastic, leather; finish
  dated, outdated, old fashioned, old, ancient; worn, tired, shabby
  modern, new, contemporary
  beautiful, stunning, gorgeous, elegant, stylish; looks great, looks good, design
  look, appearance, design, style; beautiful, stylish
  backpack, rucksack, pack, bag
  shoe, boot
  zip, zipper
  clothes, garment
  boring, dull, uninteresting
  fun, enjoyable, entertaining
  recommend, recommendation
  regret, waste of money, wasted; not worth
`

/** Good | bad: a search for "not comfortable" means the other side, and one for "uncomfortable" also "not comfortable". */
const opposites = `
  comfortable|uncomfortable
  reliable|unreliable
  friendly|rude
  helpful|unhelpful
  clean|dirty
  easy|difficult
  waterproof|leak
  quiet|noisy
  fast|slow
  quick|slow
  working|broken
  work|broken
  cheap|expensive
  spacious|cramped
  sturdy|flimsy
  durable|flimsy
  hot|cold
  warm|cold
  fresh|stale
  on time|late
  tasty|bland
  clear|confusing
  intuitive|confusing
  professional|unprofessional
  safe|dangerous
  worth|overpriced
  light|heavy
  loud|quiet
  big|small
  large|small
  bright|dim
  strong|weak
  dry|wet
`

export interface Related {
  phrase: string
  /** How well it meets a search for the other, 0–1: from {@link near} on it says the same. */
  strength: number
}

/** From this strength on words say the same thing. */
export const near = 0.7
const same = 0.8
const loose = 0.45

const listed = (text: string) =>
  text
    .split(',')
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')

/** Every phrase with what it is related to, in the order of the list above. */
export function* relations(): Generator<[string, Related]> {
  for (const line of matters.split('\n')) {
    const [close = '', wide = ''] = line.split(';')
    const [closest, wider] = [listed(close), listed(wide)]
    for (const phrase of closest) {
      for (const other of closest) if (other !== phrase) yield [phrase, { phrase: other, strength: same }]
      for (const other of wider) {
        yield [phrase, { phrase: other, strength: loose }]
        yield [other, { phrase, strength: loose }]
      }
    }
  }
}

/** Both ways: good to bad and bad to good. */
export function* antonyms(): Generator<[string, string]> {
  for (const line of opposites.split('\n')) {
    const [good, bad] = line.trim().split('|')
    if (bad === undefined) continue
    yield [good!, bad]
    yield [bad, good!]
  }
}
