/** What kinds of words reviews are made of, in lower case: what themes leave out, and how people say what they feel. */

function list(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/))
}

/** Between a subject and what is said of it: "seats [were very] uncomfortable", "app [keeps] crashing". */
export const links = list(`
  am are is was were be been being has have had having do does did doing will would can could should may might must
  isn't aren't wasn't weren't haven't hasn't hadn't don't doesn't didn't won't wouldn't can't cannot couldn't shouldn't
  not never no always often sometimes still just only even also really very too so quite rather extremely incredibly
  pretty fairly absolutely totally completely barely hardly almost constantly continually frequently randomly suddenly
  already now again ever far more most less least much way super simply literally slightly somewhat
  keep keeps kept keeping get gets got getting become becomes became seem seems seemed look looks looked feel feels felt
  start starts started starting stop stops stopped begin begins began go goes went going come comes came coming
  remain remains remained stay stays stayed appear appears appeared tend tends find found`)

/** Function words, and words that reviews of anything use: they name no subject. */
export const stopWords = list(`
  a about above across after against ago all along although am an and another any anybody anyone anything anyway
  anywhere are around as aside at away back be because been before behind below beneath beside besides between
  beyond both but by despite down during each either else enough etc every everybody everyone everything everywhere except few
  for from front further he hence her here hers herself him himself his how however i i'd i'll i'm i've if in indeed inside
  instead into it it's its itself like many me meanwhile mine more moreover mostly my myself near nearly neither
  nobody none nor nothing nowhere of off on once one onto or other others otherwise our ours ourselves out outside over
  own part per perhaps plus rather same several she since somebody somehow someone something somewhere soon such
  than that that's the their theirs them themselves then there there's therefore these they they're they've this those though
  three through throughout thus till to together too toward towards two under underneath unless unlike until up upon us via we
  we're we've well were what whatever when whenever where wherever whether which while who whoever whole whom whose why
  with within without yes yet you you'd you'll you're you've your yours yourself
  some somewhat constant seconds send sends sending non anti euro euros dollar dollars pound pounds cent cents twice dear dearer dearest pick picks picked picking forward forwards backward backwards upright entire due past overall low high lower higher big bigger large larger huge little tall taller meant supposed
  hotel restaurant airline airlines aircraft plane planes airplane flight flights fly flying flew flown trip trips journey brand
  passenger passengers guest guests traveller travellers traveler travelers manufacturer
  four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand first second third fourth
  half double single couple pair lot lots bit plenty amount number kind kinds sort type side end top bottom middle rest
  able actual actually additional allow allowed alone annoyed apart apparently arrive arrived ask asked asking avoid basically
  believe book booked bought bring brought buy buying buyer cause caused certain certainly choice choose chose chosen clear clearly
  close common company complain complained complaining complaint compared consider considering contrary course current currently
  customer customers date day days deal decide decided definitely describe despite difference different difficult early easily
  eg especially evening event eventually exactly example except expect expected expecting experience experienced experiences
  extra fact finally first follow following forced form former free full fully future gave general generally give given gives giving
  guess guy half hand happen happened happens hard hear heard help hold home hope hoping hour hours hence idea imagine
  important include included including inch inches item items job kg cm mm lbs know known large last lately later latter least leave leaving left
  let likely live local long longer lady lol main major make makes making man manage managed matter mean means mention mentioned
  middle mind minute minutes mm moment month months morning morning move moved must name nearly need needed needs new newer newest next
  night normal normally note number obvious obviously odd offer offered offers oh ok okay opinion option order ordered ordinary original
  paid particular particularly pay paying people person personal personally place placed plan point possible possibly present
  previous previously probably product products provide provided purchase purchased purchasing put puts putting question quick quickly quite read reading ready
  real realise realize reason receive received recent recently reckon regarding regular related result review reviews right run running
  said saw say saying says second see seeing seen send sent serious seriously set several short show showed showing shown similar
  simple simply sit sitting sat situation solution spend spent stand standard standing star stars start stick still
  stuff suggest sure surprise surprised taken take takes taking talk tell telling tend thing things think thinking thought time times today told
  tonight tomorrow took total totally tried true truly try trying turn turned turns understand unfortunately use used useful user users uses
  using usual usually various version view walk want wanted wanting wants warn way ways week weekend weeks went whilst
  wife husband son daughter friend friends kid kids child children man men woman women lady gentleman partner family guy guys
  please fix fixed fixing execution wet fresh detailed natural clear thick thin flat steep rear outbound inbound lunch father mother
  colleague colleagues gift gifts present presents birthday christmas anniversary purchase purchases regret regrets
  wish won word words work worked working works world worth write wrong wrote year years yesterday young
  barely maybe perhaps ie vs approx approximately roughly upon amongst among beside onto per next
  gotten gone done made makes lets theres dont didnt doesnt cant wont isnt wasnt couldnt wouldnt im ive ill thats
  january february march april may june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec`)

/** Said of anything good; alone they name no subject. */
export const praise = list(`
  accurate adequate admirable adore adored amazing attentive awesome beautiful beautifully best better bonus bright brilliant
  cheerful clean cleanest comfortable comfortably comfy convenient cool crisp decent delicious delight delighted delightful dream durable
  ease easily easy effective effortless effortlessly efficient elegant enjoy enjoyable enjoyed excellent exceptional exceeded fab
  fabulous fair fan fantastic fast favorite favourite fine flawless flawlessly friendly generous glad gem good gorgeous great greatly
  handy happier happily happy helpful helped honest ideal immaculate impeccable impress impressed impressive improved improvement incredible
  intuitive joy keen kind kindly like liked likes love loved lovely loves loving magnificent marvellous modern neat nice nicely nicer
  outstanding perfect perfection perfectly phenomenal pleasant pleasantly pleased pleasure plenty plus polite positive praise
  premium pretty professional prompt promptly quiet recommend recommended refreshing relaxed relaxing reliable reliably responsive robust roomy
  satisfied satisfying seamless seamlessly sensible sharp smart smooth smoother smoothly snug solid spacious speedy spotless
  stable sturdy stunning stylish success superb superior superbly supportive sufficient swift tasty terrific thank thankful thanks thoughtful
  tidy top-notch treat trustworthy unbeatable versatile warm welcome welcoming wide win winner wonderful wonderfully worthwhile wow yay`)

/** Said of anything bad; alone they name no subject. */
export const blame = list(`
  abysmal aged ancient anger angry annoy annoyance annoying appalling appalled ashamed atrocious avoid awful awkward bad badly basic below bland
  blame blamed boring bother broke broken bug buggy bulky careless cheap cheated claustrophobic clumsy clunky complain complained
  complaint complaints complaining complicated concern concerned concerns confused confusing cracked cramped crap crash crashed crashes crashing crammed
  cries criminal cry cumbersome cut damage damaged dangerous dead defect defective deficient delay delayed delays deplorable die died dies difficult difficulty dire dirty disappoint
  disappointed disappointing disappointment disaster disastrous disconnect disconnects discomfort disgrace disgraceful disgusted disgusting dishonest dislike
  dismal dissatisfied distorted downgrade dreadful drop dropped drops drained drains dull dying error errors excruciating exhausting expensive fail failed failing fails failure
  faulty fault fear fell filthy flaw flawed flimsy fooled fragile frail freeze freezes freezing froze frozen frustrated frustrating frustration garbage glitch glitches glitchy
  grubby hassle hate hated hates hell horrendous horrible horribly horrid horrific hurt hurts ill impossible inadequate inconvenience inconvenient
  incompetent incorrect inedible inferior infuriating insufficient insult insulting irritating jammed joke junk lack lacked lacking lacks lag laggy lame
  leak leaked leaking leaks lie lied limited lose loses lost lousy mediocre mess messed messy minimal miserable misery misleading miss missed missing mistake
  muffled nasty negative nightmare noisy nonsense nope obnoxious odd offensive outdated outrageous overcrowded overheated overheats overpriced overrated
  pain painful painfully pathetic peeling peeled pity pointless poor poorer poorest poorly pricey problem problematic problems regret regrets regretted refuse refused reject ridiculous rip ripped
  risk rough rubbish rude ruin ruined rusted rusty sad sadly scam scare scratch scratched scratches scratchy shabby shambles shame shameful shoddy short-changed shocked shocking shoddy
  sick slow slower sluggish smelly sore squashed squeezed stained stiff stingy stopped strange stress stressful struggle struggled stuck stupid stuttering substandard
  suck sucked sucks suffer suffered suffering tatty tear tedious terrible terribly threadbare tight tiny tired tore torn torture tragic trap trapped trash trouble troubles ugly unable
  unacceptable unbearable uncomfortable uncomfortably uncomfy uncooperative underwhelmed underwhelming uneasy unfair unfortunate unfortunately unfriendly unhappy unhelpful unhygienic
  unimpressed unpleasant unprofessional unreliable unresponsive unsafe unsatisfied unsatisfactory unstable unusable unwelcome upset upsetting useless wasted waste
  chore vanished disappeared forgot forgotten stale tepid lukewarm watery mould mold musty stain stains puddle sag sagged sagging
  unforgivable overcharged spam chafe chafed stolen fraud unreachable
  blister blisters loose peel peels rattle rattles separate separated separates snapped snaps tears
  weak weird wobbles wobbly worn worry worrying worse worst worthless wrong yuck yucky`)

/** Neither good nor bad in themselves, and no subject either. */
export const feeling = list(`
  absolute absolutely adventure average bargain bearable disbelief enough hesitate honestly issue issues happy mixed neutral ok
  rate rated rating ratings satisfactory satisfaction serious standards value-for-money verdict reasonable reasonably acceptable
  tolerable fairly expectation expectations alternative attention`)

export const negations = list(`
  not no never none nor cannot can't won't don't doesn't didn't isn't aren't wasn't weren't wouldn't couldn't shouldn't
  haven't hasn't hadn't without hardly barely neither nothing cant wont dont doesnt didnt isnt wasnt couldnt wouldnt`)

/** Where a sentence turns: what comes after is not said in the mood of what came before. */
export const turns = list(
  'but although though however whereas except yet while whilst despite nevertheless otherwise unfortunately',
)

/** What is said of a thing, by the property that it speaks of: "uncomfortable" → "comfort", as in "seat comfort". */
export const properties: ReadonlyMap<string, string> = new Map(
  Object.entries({
    comfort: 'comfort comfortable comfortably comfy uncomfortable uncomfortably uncomfy discomfort',
    width: 'width narrow narrower narrowest narrowness wide wider',
    space:
      'space cramped tight tighter squashed squeezed crammed cram claustrophobic spacious roomy squished confined',
    cleanliness: 'cleanliness dirty filthy unclean grubby stained clean hygiene unhygienic cleaned',
    price: 'price prices priced pricing pricey overpriced expensive costly cost costs',
    noise: 'noise noisy loud louder noises',
    speed: 'speed slow slower sluggish laggy',
    weight: 'weight heavy heavier bulky weighs light lightest lighter lightweight featherlight',
    attitude: 'attitude rude unfriendly impolite unhelpful friendly polite uncaring arrogant surly attitudes',
    durability: 'durability durable flimsy fragile sturdy tough rugged robust',
    delay: 'delay delays delayed',
    size: 'size sizes sized sizing tiny small smaller',
    age: 'age old older outdated dated ancient ageing aging',
    condition: 'condition shabby worn tatty dilapidated threadbare',
    temperature: 'temperature hot cold freezing',
    usability: 'usability confusing complicated unintuitive clunky intuitive cumbersome',
    reliability: 'reliability unreliable reliable',
    brightness: 'brightness dim',
    taste: 'taste tasteless bland tasty',
    crowding: 'crowding crowded overcrowded',
    smell: 'smell smelly smells odor odour stink stinks',
    softness: 'softness soft firmness',
  }).flatMap(([property, words]) => words.split(' ').map((word): [string, string] => [word, property])),
)

/** What a property is called where it is praised. */
export const praised: ReadonlyMap<string, string> = new Map(
  Object.entries({
    attitude: 'friendliness',
    noise: 'quietness',
    delay: 'punctuality',
    weight: 'low weight',
    crowding: 'calm',
  }),
)

/** In a name these say nothing of a thing: "entertainment box", "piece of gear". */
export const vague = list('box piece part rear side thing set unit item spot couple bit')

/** Properties that are also the names of things: which, shows by how a word is used. */
export const ambiguous = list('light')

/** Written in capitals, or with one, without being the name of a place, a person or a brand. */
export const commonNames = list(`
  tv ptv ife avod usb wifi wi-fi bluetooth gps anc app ui ux hdmi led lcd oled pc ac dc sim esim nfc pin sms faq cd dvd pdf csv api sso vpn cpu gpu ram
  ssd eq hd uhd hdr nav sd mic ios android windows mac excel alexa siri email e-mail internet english german french spanish qr led vat otp mfa 2fa`)

/** After these a noun stands: "the recline", "no recline", "lack of recline". */
export const beforeNouns = list(`
  the a an this that these those my your his her their our its no any some of for with on in at by more less enough
  much little every each another without lack poor bad terrible good great excellent awful horrible decent nice limited`)

/** After these a verb stands: "to recline", "it reclines". */
export const beforeVerbs = list(`
  to i we they you he she it who would will can could should may might must did do does didn't don't doesn't won't
  can't couldn't wouldn't cannot not never i'd i'll we'll just`)

/** After these an adjective or a participle stands: "was supposed", "very tall". */
export const beforeAdjectives = list(`
  very so too quite really extremely rather pretty am are is was were be been being i'm you're they're it's isn't aren't wasn't weren't`)

/** Parts of a body, of a place and the like: they need a second word to name a subject ("neck pain", "cabin noise"). */
export const neverAlone = list(`
  leg knee foot feet toe head neck arm shoulder thigh elbow face hand finger ear eye nose skin body bum bottom hip spine
  cabin row class economy business return device unit system area set room position part spot height length floor corner
  feature function option quality level model style line page section piece number shape design configuration layout
  break tear rip crack overnight box
  phone laptop tablet computer answer
  work use need problem issue thing change update money value service experience care condition age size`)

/** Nouns among the words that end like adverbs. */
export const nounsInLy = list(
  'family families supply assembly reply belly jelly ally bully fly anomaly monopoly butterfly',
)

/** Verbs that name a problem by themselves. */
export const problemVerbs = list(`
  crash freeze disconnect leak overheat scratch peel rattle squeak wobble drain stutter lag shrink fade rust crack tear rip break
  fog drip vibrate shrinkage detach`)
