"""Words that say that a name stands beside them, and words that say that none does.

How they are used stands in ``context`` and ``names``. All are in lower case.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text that lists them."""
    return frozenset(text.split())


TITLES = words("mr mrs ms mx dr prof sir dame rev reverend")
ROLES = words(
    """miss doctor professor sister nurse matron midwife brother aunt auntie uncle nana nan grandad granny
    father"""
)
PRODUCTS = words("teams forms office word excel outlook project powerpoint windows")
# Characters of role plays: "Mr Grumpy".
CHARACTERS = words(
    """angry grumpy shouty rude nasty moody difficult perfect cool happy cross impatient bossy nice nobody
    men right wrong average nosy nosey google whatsapp facebook chatgpt"""
)
NO_SURNAMES = words("i and or the a an but so who is was we you they he she it")
AUXILIARIES = words("will may can in an all so do or")

INTRODUCTIONS = words("named called")
NAME_WORDS = words("name surname")
THANKS = words(
    """thanks thank thankyou you thx ty cheers ta hi hello hey dear morning afternoon evening diolch kudos
    birthday done welcome u much again"""
)
THANKS_TO = words("thanks thankyou you out shoutout kudos props gratitude grateful credit praise hats")
_MANY = words("facilitators trainers tutors presenters speakers hosts")
KIN = words(
    """facilitator trainer tutor presenter speaker host manager supervisor mentor colleague friend buddy boss
    patient pt resident lady man gentleman boy girl neighbour husband wife partner son daughter mum mother
    dad father brother sister named called name matron consultant da pa papa gran granny grandma grandpa
    granda nan nana mam auntie aunt uncle cousin niece nephew fiance fiancee girlfriend boyfriend carer
    client"""
)
BEFORE_KIN = words("my our her his is was lady man")
RELATIONS = KIN | _MANY | words("i'm im")
MEETING = words(
    """worked working work spoke speak talked talking talk chatted chat met paired partnered sat group
    breakout listened role-played room"""
)
WITH = words("with to by from beside")
SIGN_OFFS = words(
    "regards wishes sincerely faithfully truly thanks you thankyou cheers love best bw kr again"
)
PARTICLES = words(
    """de da di del della dello dos das du van von vom zu zur ter ten der den af av bin ibn bint al el ap
    la le san st y"""
)
# Before a capital these are hardly ever anything else.
SURE_PARTICLES = words(
    """de da di del della dos das du van von vom zu ter ten der den bin ibn bint al el la le st"""
)

# "Mark was …": what a sentence that begins with a person goes on with.
PERSON_GOES_ON = words(
    """was explained made ran led gave said told helped spoke has had did showed taught answered listened
    really who from came got took set handled held facilitated presented delivered kept asked shared joined
    brought reminded talked seemed looked knew always also went were is's & kindly then"""
)
# "Hope helped me": what only a person does.
PERSON_ACTS = words(
    """helped explained said told asked led ran facilitated presented shared spoke taught showed brought
    kindly answered listened laughed smiled joined reminded"""
)
SPEAKS = words("said told asked explained replied says tells asks explains")
# What one does in a course, in the form that is also a noun: "Dawn talk a lot" is about a person.
ACTS = words(
    """act add allow answer appear ask bring call care challenge chat check come comfort cope cry deal
    deliver demonstrate deserve discuss do encourage engage explain express facilitate feel find
    follow get give go guide handle have hear help hold host inspire introduce invite keep know lead
    learn let like listen look love make manage mean mention need offer open participate pause play
    present provide read reassure remind reply respond run say see seem share show sing sit smile
    sound speak stand start stay stop suggest support take talk teach tell thank think train treat
    try turn understand use visit walk want welcome work cut hit put set please become became begin
    began bore bought broke built caught chose dealt drew drove fed felt fell found fought gave grew
    grown heard held hurt kept laid left lent lit lost made meant met paid quit rang read rose rung
    sat sent shook shot shown shut slept slid sold spent split spread stole stood stuck swore
    thought threw told took understood won wore worn wrote let married given must would could should"""
)
# Nouns by which people praise and greet each other: "Heather legend!"
PRAISE = words(
    """ace angel babe belter bravo brill champion cracker darling delight diamond dream duck fab fan gem
    genius godsend hero heroine inspiration joy knockout legend love lovely marvel natural pleasure
    pro queen star superstar thanks top treasure tops winner wonder x xx"""
)
# What people have in a course, often without an apostrophe: "Dawn session was the best".
OF_PERSONS = words(
    """session sessions training workshop workshops course group groups room breakout breakouts voice story
    stories style slides example examples part parts bit bits lot lots way ways time times team
    number energy delivery manner knowledge talk talks thing things one ones day days week weeks
    kindness advice words"""
)
# Behind a noun, not behind a verb: "Violet tights are", "Ginger root was".
FINITE = words("is are was were has have had can could will would should might may do does did")
# First names that are verbs, and what these are followed by then: "Chase up letters", "Rob people of".
NAMES_OR_VERBS = words(
    """bill bob buck cast chase chip clip don drew grant hank harry jack jimmy josh lance mark max nick
    norm pat
    peg phil pip ray reed rob rose rush skip stew sue tad trace wade"""
)
OBJECTS = words(
    """the my your our their his her its it them people someone everyone up off out down away along through
    that"""
)
NOT_AFTER_PERSONS = words("of till until under amid versus vs than")
# "Amber coloured", "Misty eyed"
LOOKS = words("coloured colored eyed tinted scented shaped flavoured flavored haired")
# "Christian, one of our doctors"
APPOSITIONS = words("one a an our my the who whose aged her his from")
# "Hope is …" is about hope.
QUALITIES = words(
    """hope faith joy grace charity patience love peace mercy comfort glory wisdom justice virtue will may
    august destiny victory pride"""
)

DETERMINERS = words(
    """the a an our your their his her its my this these those each every no any some all both few many
    in on at whose per more less"""
)
TIMES = words("may april june august march july january summer winter autumn spring dawn sunday jan sun")
SEASONS = TIMES - {"dawn"}
# "April was …" may be the month.
ALSO_OF_TIMES = words("is was had has were did also always seemed looked went came got kept brought and")
BEFORE_PLACES = words("in from near around across outside throughout")
TRAINERS = words("trainer tutor facilitator presenter speaker host instructor coach teacher")
BEFORE_TIMES = words(
    """in by since until till from of this next last early late end mid around before after during every each
    through for between again up prior back"""
)
OFTEN_CAPITAL = words(
    """ward wards service services head bank banks best young youngs self page post sessions church
    street house hall law west england english french welsh black white key keys place park lot back
    priest trust good grave graves holiday north south east major minister case love nice guest
    standing train training session lead power king queen justice christian prince stage sun cross
    bible lord all long do so in an om a read"""
)
# In small letters these are hardly ever meant as names.
NEVER_SMALL_NAMES = words(
    """will may hope love all an as so do in he ho ha la al tan art best long my can ever even mine see
    chance happy lucky sunny reading service services guest general lot page post little young one sky summer
    spring winter sunday storm wisdom patience comfort praise virtue faith charity justice glory destiny gift
    haven honey favour blessing peace reign skip scout major junior queen prince merit west ward rush rich
    tray haze chip ace stew lens lane lark angel ash aspen amber berry beau buddy case cash"""
)

# What is called after somebody; those of the second kind are verbs too: "the Ockenden review".
THINGS = words(
    """scale scales index syndrome disease palsy fracture fractures triangle pyramid hierarchy cycle
    theory criteria guidelines guideline principles principle framework matrix inventory questionnaire
    catheter manoeuvre method technique inquiry enquiry judgment judgement phenomenon reflex faces
    classification contractions stages curve window effect act amendment laws ruling factor protocol"""
)
THINGS_AND_VERBS = words(
    """score scores scoring review reviews report reports model models chart charts test tests sign signs
    rule rules tool tools grid bundle position frame frames tube tubes line lines guide study studies
    law group groups rounds breathing approach"""
)
# "Down's syndrome", but "Zanele's method"
THINGS_OF_SOMEBODY = words(
    "syndrome disease palsy fracture phenomenon contractions criteria hierarchy pyramid sign reflex law"
)
OF_THINGS = words(
    """pain frailty risk depression anxiety pressure stool coma recovery reflective reflection learning
    burnout stress sedation agitation grief cognitive activity functional outcome assessment screening
    drama mental sore ulcer falls communication consultation leadership change faces rating severity
    dependency personality"""
)
# With a capital after a name in the possessive: "Martha's Rule", "Clare's Law".
RULES_OF_SOMEBODY = words("rule law charter")
BEFORE_THINGS = words("the a an our your this that each every")
# A letter behind these is no initial: "Appendix J. Page 4".
LABELS = words(
    """appendix annex section option plan part type vitamin vit grade hepatitis hep group team block
    class category figure fig table scenario version bay level phase stage step question q room unit
    zone list schedule strep influenza model product band ward theatre gate line pod point item
    exhibit slide column row factor"""
)

CUES = THANKS | RELATIONS | WITH | SIGN_OFFS | {"is"}
_NO_NOUNS = words(
    """that there thus thee them him me us it what when where why how if everyone everybody everything
    someone somebody something anyone anybody anything nobody nothing maybe yes no not yesterday
    tomorrow today tonight sometime sometimes somewhat anyway afterwards inside outside upside
    towards toward onwards backwards behind beside besides before after for from very well too also
    just only even still yet again ever never here now are is be been am being do does did plus
    minus per via than then else same straight absolute fast silly funny polite calm safe crazy cosy
    cute trendy overly overall mere modern moody friendly cool nice fab"""
)
# After a name at the beginning of a sentence these are no sign that a thing is meant.
SAID_OF_PERSONS = (
    CUES | ACTS | PRAISE | OF_PERSONS | PERSON_GOES_ON | PERSON_ACTS | SPEAKS | APPOSITIONS | DETERMINERS
    | AUXILIARIES | TIMES | PARTICLES | NO_SURNAMES | ROLES | TITLES
    | _NO_NOUNS
)  # fmt: skip
TELLING = TITLES | INTRODUCTIONS | NAME_WORDS
