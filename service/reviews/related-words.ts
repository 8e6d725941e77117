/**
 * Words that reviews use for one and the same matter, in any trade; a search for one finds the others, which rank below
 * it. Before the semicolon: nearly the same. After it: what is often said where the first words are meant.
 * "not" stands for every negation: "not work" is also "doesn't work" and "never worked".
 */
const matters = `
  broken, broke, defective, faulty, damaged, malfunction, out of order, not work, stop working, stopped working, no longer work, not turn on, pack in, packed in, died, gave out, out of action, bricked; fail, dead, crack, snap, fall apart, unusable, give up, motor, jam, blew, burnt out
  break, broke, snap, snapped, crack, come off, came off, fall apart, fell apart; split, tear, tore, fail, rip
  crash, freeze, hang, lock up, force close; bug, glitch, unresponsive, not open, not start
  bug, glitch, error; crash, freeze, fault
  durable, durability, sturdy, robust, rugged, tough, well made, well built, hard wearing, long lasting, last for years, lasted for years, last a long time, lasts a long time, stand the test; solid, built to last, hold up, held up, survive, indestructible, reliable, not feel flimsy, almost new, still looks new, miles, fresh, like new, wears well
  sturdy, solid, robust, stable, well built, well made; durable, quality, creak
  quality, workmanship, craftsmanship; material, finish, well made
  flimsy, fragile, cheaply made, cheap plastic, cheap material, feel cheap, poor quality; plastic, weak, toy, rattle, break
  reliable, dependable, trustworthy, without a fault, without fail, never fail; consistent, every day, for years, no problem
  unreliable, not reliable, hit and miss, inconsistent; fail, random
  wear out, worn out, wear, worn, peel, fray, crack, bald, worn smooth, worn through, threadbare; fade, deteriorate, last, thin, tread, thin, holes, hundred
  rip, tear, tore, torn, frayed; split, hole, seam
  come off, came off, coming off, fall off, fell off, peel, peel away, separate, detach, come loose, coming loose, came loose; glue, unstuck, apart
  loose, wobbly, wobble, shaky, unstable; rattle, slip
  leak, leaky, drip, puddle, seep; wet, soaked, water get in, water come through, waterproof, flood
  waterproof, water resistant, watertight, rainproof, stay dry, keep dry, keep the rain out; bone dry, rain, leak, puddle, soak, splash, wet
  dry, bone dry, stay dry, stayed dry, keep dry; waterproof
  wet, soaked, damp, drenched, waterlogged; puddle, moist, drip, soak, socks, rain
  rain, downpour, thunderstorm, rainstorm, shower; storm, wet
  storm, wind, gale, breeze, windy
  rust, rusty, corrode
  scratch, scuff, dent
  smell, odour, odor, stink, smelly, stench, reek; fumes, musty, burning, mould, fresh
  mould, mold, mildew, mouldy; damp, musty, rot
  hot, overheat, boiling, sweltering, stuffy, burning; heat, warm, air conditioning, sweat
  cold, lukewarm, tepid, chilly, freezing, not hot, stone cold; heating, draught, warm, microwave, soup
  air conditioning, aircon, air con, climate control; hot, temperature
  noisy, noise, loud, racket, deafening, noisily, din, too loud, earsplitting; paper thin, wake, hear, earplugs, squeak, hum, sound like, music, bang, jet, conversation, shout, cannot hear, neighbours
  quiet, silent, noiseless, silence, peaceful, calm, quietly, hushed, whisper quiet; hardly hear, hear nothing, noise, whisper, barely audible, sleep
  hiss, static, crackle
  bright, brightness; dim, dark
  heavy, heavyweight, bulky; weight, weigh, load, kilos
  load, pack, weight, kilos, carry
  light, lightweight, lightest, lighter, featherlight, weightless; weigh, weight, hardly notice
  small, tiny, little, cramped, run small, too small; short, tight, narrow, miniature, miniscule, helping, size
  tight, narrow, small, cramped, pinch, snug, constrict; squeeze, size up, toes
  large, big, huge, spacious, enormous, generous; roomy
  space, room, roomy, spacious, headroom; cramped, fit, plenty
  spacious, roomy, plenty of room, plenty of space, airy, generous; large, big, headroom
  cramped, narrow, squashed, claustrophobic, squeezed, crammed, confined, poky, no space; tight, small
  size, sizing, fit; small, large, tight
  fit, sit well, stay put, stay in, true to size, fits well, fit perfectly, fit like a glove; loose, tight, slip, snug, size, heel
  fall out, fell out, slip out, not stay in, not fit; slip off, loose, lost, fit
  slip, slippery, slide, no grip, not grip, slippy, slick; grip, wet, skate, skating, ice, fell
  grip, traction, hold; slip
  comfortable, comfort, comfy, cosy, cozy, ergonomic, comfortably, like walking on clouds, pleasant to wear; soft, cushion, padded, without pressure, pillow, cloud, plush, gentle, snug
  uncomfortable, discomfort, uncomfy, not comfortable, pinch, chafe; hurt, sore, ache, pain, hard, stiff, cramp, backache, sag, pressure, squash, numb
  hurt, pain, ache, sore, painful, hurting; cut into, dig into, press, rub, headache, backache
  headache, migraine
  backache, back pain, bad back
  blister, chafe, chafed, chafing, raw; rub, sore, bled, bleed, heel, skin
  itch, rash, allergic, irritate skin, irritation
  easy, simple, effortless, effortlessly, straightforward, breeze, child's play, painless, no effort, piece of cake, no brainer; intuitive, without help, quickly, in minutes, in no time, minutes, herself, himself
  difficult, hard to, complicated, awkward, tricky, fiddly, cumbersome, chore, not easy, struggle; nightmare, steep, impossible, confusing
  hard to, difficult, chore, nightmare, not easy, awkward, fiddly, tricky; impossible, struggle
  easy to use, user friendly, intuitive, self explanatory; straightforward, simple, easy
  intuitive, user friendly, self explanatory, easy to use; simple, straightforward
  confusing, unclear, unintuitive, incomprehensible, nobody understands, not understand; complicated, learning curve, cryptic, find
  learn, learning curve, get used to, master
  set up, setup, install, installation, assemble, assembly, put together, up and running, get started, first run; pairing, configure, migration, pitch, out of the box, opened an account, unpack, minutes
  put up, pitch, set up, erect, assemble
  clean, cleaning, wash, wipe, vacuum, sweep, hoover; rinse, dishwasher, scrub, descale, suction, dust, pick up
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
  slow, sluggish, lag, laggy, take ages, takes ages, take forever, slowly, takes too long, took too long, half an hour; load, wait, weeks, hours, delay, minutes, forty minutes, an hour, days, stuck
  fast, quick, quickly, speedy, rapid, swift, prompt, in no time, instant, speedily, in seconds; seconds, under a minute, minutes, within, thirty seconds, ten minutes, same day
  quickly, fast, soon, rapidly, early, in no time, within
  login, log in, sign in, signin, log on, log me in, locked out, sign me in; password, account, recognise, face id, code, pin
  log out, logs out, logs me out, logged out, logging out, logging me out, sign out, signs out, signs me out, signed out; login, session
  lose, lost, vanish, disappear, gone, wiped, deleted; missing, erase, restore
  data, files, records; drafts, work, documents, backup
  settings, presets, preferences, configuration; options
  privacy, data protection, confidential; security, leak, breach
  security, secure, hack, safe, stolen; privacy, password, emptied, fraud, thief
  feature, functionality, functions; options
  missing, lack, absent, no way to, wish it had, not have; without, need, wish, gap
  error, mistake, wrong, incorrect, inaccurate; bug, off
  wrong, incorrect, inaccurate, not right, error; off, mistake
  calculation, calculate, total, sum; figures
  advert, advertisement, ads, advertising, pop ups, promotion; pop up, banner, selling, sell, popup, push
  spam, junk mail, too many emails, newsletter, unsubscribe; emails, ads, notifications
  notification, alert, reminder, message, push message, push notification, pushes; messages, sms
  app, application; software, phone version
  software, program, app, application; interface, system, page
  interface, ui, design, layout; screen
  device, gadget; phone, laptop, tablet
  switch, swap, change, toggle
  search, find, look for
  photo, picture, image, pictured; camera, website, shown
  not as described, nothing like, misleading, not as advertised, false advertising, not as pictured, not like the picture, not like the photo, nothing like the website, nothing like the picture; photo, different, wrong colour, got, website, looks different

  customer service, customer support, customer care, support, help desk, helpline, hotline, chat support, call centre, call center; staff, agent, ticket, reply, service, chat, human, phone line
  support, customer service, customer support, help desk, chat support, call centre; help, ticket, hotline, chat, agent, human
  staff, crew, employee, personnel, team; receptionist, waiter, attendant, lady, manager, reception
  reception, front desk, receptionist; check in, lobby, welcome
  check in, checking in, reception, front desk; queue, arrival
  reply, respond, answer, response, get back to, react; ticket, email, silence, ignore
  ignore, not answer, never answered, not reply, not respond, no answer, no reply, no response, unanswered, silence, unreachable, not reach, nobody answers, cannot reach, no one answers; wait, hang up, hangs up, voicemail, hotline, feels responsible
  wait, waiting, queue, queued, stood in line, long wait, hold the line; hour, weeks, delay, long, table, reservation, forty minutes, an hour, kept us
  late, delay, delayed, overdue, not on time, delays, too late, came late, tardy; weeks, wait, took, slow, stuck, days, hours after, turn up, turned up, finally
  on time, punctual, in time, promptly, schedule
  delivery, shipping, shipment, courier, dispatch, postage, mail; parcel, package, arrive, post, turn up, turned up, ordered, order
  arrive, arrived, arrival, delivered, delivery
  packaging, box, parcel, package, packed, wrapping
  damage, damaged, cracked, dented, broken; scratched
  refund, money back, reimburse, reimbursement, money returned, get the money; return, compensation, voucher, out of pocket, paid back, never received
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
  billing, bill, invoice, overcharged, charged twice, wrong bill, overcharge, receipt; payment, card, fee, never ordered, charged, twice
  payment, pay, card
  fee, surcharge, extra charge, hidden cost, extra cost, charges, hidden fee, service charge, commission; charge, price, euros, withdrawal, nowhere
  price, cost, pricing, priced; expensive, cheap, money
  expensive, overpriced, pricey, costly, too dear, rip off, much too expensive, too expensive, price went up; price, cost, not worth, prices, euros
  price increase, price rise, price went up, price hike, more expensive; increase, price
  cheap, inexpensive, affordable, reasonable price; bargain, price, good value
  value, good value, value for money, worth every, worth the money, worth the price, bargain; worth, price, money
  worth, value, worth every
  rude, unfriendly, impolite, arrogant, dismissive, surly, not friendly, unwelcome, bad tempered, grumpy, brusque, sullen, disinterested; attitude, unhelpful, shrug, shouted, slam, slammed, never looked, yelled, snapped at
  friendly, polite, kind, welcoming, courteous, warm welcome, lovely, charming, cordial, hospitable; helpful, smile, welcome, pleasant, greet, kindness
  helpful, attentive, accommodating, supportive; friendly, kind, help, solved
  unhelpful, no help, not help, not helpful; rude, useless, shrug
  professional, competent; expert
  unprofessional, incompetent; rude
  scam, fraud, cheat, con, rip off, dishonest, stolen, theft; lie, mislead, emptied, steal, criminal
  dangerous, unsafe, hazard, safety, risk; fire, afraid, burn, injury

  bedroom, room, suite
  bed, mattress, pillow; sleep, slept
  sleep, slept, asleep, sleeping; night, bed, rest
  bathroom, shower, toilet; bath, sink
  breakfast, buffet; morning
  food, meal, dish, catering, dinner, lunch, cuisine, cooking, kitchen; taste, menu, eat, breakfast, soup, starter, pizza, pasta, plate, dessert
  tasty, delicious, yummy, flavourful, mouth watering, scrumptious, best meal; taste, outstanding, fresh, melt, divine, taste, chef, cooked
  bland, tasteless, no taste, no flavour; watery, weak, stale
  weak, watery, thin, feeble; strength
  stale, not fresh, dry, mouldy; old
  drink, beverage; coffee, tea
  location, situated, located, central; station, walk, near, close to
  parking, garage, car park
  elevator, lift
  luggage, baggage, suitcase, bag
  view, overlooking, scenery
  child, children, kid, family, toddler, daughter, son, baby, toddlers
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
  portion, helping, serving, plate; hungry, small, huge
  sick, ill, food poisoning, nausea, vomit, unwell; stomach, poisoning, night
  allergy, allergic, gluten free, lactose free, intolerance, coeliac; dietary, separate, nuts
  vegan, vegetarian, plant based; meat free, tofu, dietary
  romantic, candlelight, date night; anniversary, cosy, intimate, couple
  atmosphere, ambience, ambiance, vibe; candlelight, decor, cosy, music
  waiter, waitress, server, staff; served, table
  table, reservation, booking; booked, seated
  stuck, jammed, jam, trapped, wedged; rescue
  navigation, map, mapping, route, directions; bump, lost, find, orientation, dock
  spare part, replacement part, spare; filter, replacement
  damage, scratched, ruin, destroy; mark, dent
  pet hair, dog hair, cat hair, fur; pet, dog, cat
  animal, pet, dog, cat
  carpet, rug; floor, fluff
  suction, power; pick up
  abroad, foreign, overseas, international; travel, country
  transfer, transaction, payment; send money
  money, cash, savings; account
  stolen, steal, theft, fraud, emptied; hack, criminal, missing
  font, text size, letters, print; small, read, eyes
  readable, legible; eyes, text
  accurate, precise, exact; correct
  dog, puppy; pet
  gift, present; birthday, christmas
  teacher, instructor, trainer, tutor; course, lesson
  doctor, physician, nurse, dentist; clinic, appointment
  appointment, booking, reservation; schedule
  hair, curls; skin
  skin, complexion, face; sensitive, cream
  side effect, reaction, rash; irritation
  smooth, silky, soft; rough
  rough, scratchy, coarse; itchy
  shrink, shrunk, shrank; wash, tumble dry
  fade, faded, colour run, washed out, bleed; wash, colour
  colour, color, shade, hue; paint
  stretchy, elastic, stretch; give
  see through, transparent, thin; sheer
  warm, cosy, insulated; heat, winter
  breathable, ventilated, airy; sweat
  sweat, sweaty, clammy; hot
  safe, secure, protected; safety
  vibration, vibrate, shake; rattle
  lag, latency, stutter; slow, delay
  picture quality, image quality, resolution; sharp, blurry
  blurry, fuzzy, unfocused, grainy; picture, sharp
  signal, reception, coverage; connection
  range, distance, reach; metres, far
  storage, memory, capacity; space
  offline, no internet; connection
  export, download, backup; spreadsheet, csv
  import, upload, migrate; file
  permission, access, rights; admin
  training, onboarding, tutorial; learn
  contract, agreement, terms; small print, subscription
  trial, free trial, test period; charged, subscription
  misleading, deceptive, dishonest; lie, false
  promise, promised, guarantee; kept
  communication, communicate, inform, informed, keep us informed; told, update, nobody told me
  complaint, complain, complained; ignore, manager
  manager, supervisor, boss
  driver, courier, delivery man
  wrong item, wrong product, wrong size, wrong one; sent, return
  missing part, part missing, incomplete; missing, screw
  assemble, put together, assembly; screws, instructions
  staff shortage, understaffed; wait, busy
  cramped, no room, overcrowded; tight
  parking, park; garage
  pool, swimming; water
  gym, fitness; equipment
  beach, sea; view
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
  stay dry|leak
  keep dry|leak
  bone dry|leak
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
const same = 0.85
const loose = 0.5

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
      for (const other of wider) yield [phrase, { phrase: other, strength: loose }]
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
