/** Words that say how to look, not what for. Stems: without a plural's s. */
const FILLER = new Set(
  `a about above according across after again against all also always am an and any anybody anyone anything are aren't
  around as ask at available average away be because been before being below best better between big biggest both bottom
  bought business but buyer buying by came can can't cause change changed chart check client column come comment
  common commonly company compare compared comparison complain complained complaining complaint concern concerning
  consumer contain cost could count criticise criticised criticism criticize current currently customer data date day did
  difference different dislike disliked distribution do doe does doesn't doing don't done during each either else end ever
  every everybody everyone example experience expres expressed feedback feel few find first five fix flyer for found four
  frequent frequently frustrate frustrated frustrating frustration from gap general get getting give given go going good
  got great group guest had happen happy hard has hate hated have having he hear help her here high highest him his hit
  how i if important improve improved improvement improving in insight instead into is isn't issue it item its just keep key kind know lack lacking large largest last lately later least les less let level like liked list look looking lot love
  loved low lower lowest main major make making many matter may me mean mention mentioned mentioning mention mentions
  month more most much must my name named need negative negatively neutral never new newest next no not nothing now number
  of off often old on one ones only opinion or order other our out over overall own pain part passenger past pattern people
  per percent percentage perceive please point poor pos positive positively praise praised present priority problem
  product quarter question quick quote rank ranked ranking rate rated rather rating read reason recent recently recurring
  regard regarding relate related report reported require review reviewed reviewer said same saw say saying score second
  see seem seen sentiment seven share she should show since six so some something split star still strength strong such
  suffer sum summarise summarize summary suggest take talk talked talking tell ten than thank that the their them theme then
  there these they thing think third this those thought three through time to today together told too top topic total
  toward traveler traveller trend tried try two type under unhappy up us use user using usually very voice want was way we
  weak weakness week well went were what when where whether which while who whole whom whose why will wish with within
  without word work worse worst would write written wrong year yes yet you your subject speak spoken detail further versu vs
  versus instance specific specifically particular particularly biggest urgent worth address solve tackle identify analyse
  analyze analysis based extract highlight lead leading leads main top-level happier customers' i'd i'm we're what's
  dissatisfied dissatisfaction disappointed disappointing disappointment annoyed annoying disappoint satisfied satisfaction
  enjoy enjoyed appreciate appreciated latest newest oldest`.split(/\s+/),
)
const PREPOSITION = new Set(
  `about with regarding concerning around on of in for mention mentioning mentioned discuss discussing contain say
  saying versus`.split(/\s+/),
)
const SUBJECT_NOUN = new Set('complaint problem issue gap praise failure review'.split(' '))

const FOREIGN =
  /^(und|ist|sind|wie|warum|welche|welcher|nicht|der|das|ein|eine|mit|für|über|kunden|les|des|est|sont|quels|quelles|quel|pour|avec|clients|que|qué|los|las|cuáles|cuál|para|con|el|del|por|il|che|sono|quali|gli|della|wat|zijn|het|een|os|são|quais|não|como)$/

export function isFiller(stem: string): boolean {
  return FILLER.has(stem) || FOREIGN.test(stem)
}

/** After it, a question names its subject. */
export function isPreposition(stem: string): boolean {
  return PREPOSITION.has(stem)
}

/** Right before it, a question may name its subject: "battery complaints". */
export function isSubjectNoun(stem: string): boolean {
  return SUBJECT_NOUN.has(stem)
}

/** Words by which German, French, Spanish, Italian, Dutch and Portuguese are told, which no search is for. */
export function isForeignFunctionWord(word: string): boolean {
  return FOREIGN.test(word)
}
