"""Words that say that a name stands beside them, and words that say that none does.

How they are used stands in ``redaction_names``. All are in lower case.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("mr mrs ms mx dr prof sir dame rev reverend")
ROLES = _words(
    "miss doctor professor sister nurse matron midwife brother aunt auntie uncle nana nan grandad granny father"
)
PRODUCTS = _words("teams forms office word excel outlook project powerpoint windows")
THANKS = _words(
    "thanks thank thankyou you thx ty cheers ta hi hello hey dear morning afternoon evening diolch kudos "
    "birthday done welcome u much again"
)
RELATIONS = _words(
    "facilitator facilitators trainer trainers tutor tutors presenter presenters speaker speakers host hosts "
    "manager supervisor mentor colleague friend buddy boss patient pt resident lady man gentleman boy girl "
    "neighbour husband wife partner son daughter mum mother dad father brother sister named called name "
    "is i'm im matron consultant da dad pa papa gran granny grandma grandpa granda nan nana mam auntie aunt uncle cousin "
    "niece nephew fiance fiancee girlfriend boyfriend carer client"
)
KIN = RELATIONS - _words("is i'm im facilitators trainers tutors presenters speakers hosts")
MEETING = _words(
    "worked working work spoke speak talked talking talk chatted chat met paired partnered sat group breakout "
    "listened role-played room"
)
WITH = _words("with to by from beside")
SIGN_OFFS = _words("regards wishes sincerely faithfully truly thanks you thankyou cheers love best bw kr again")
PARTICLES = _words("de da di del della dos van von der den bin ibn al el ap la le san st y")

DETERMINERS = _words(
    "the a an our your their his her its my this these those each every no any some all both few many "
    "in on at whose per more less"
)
TIMES = _words("may april june august march july january summer winter autumn spring dawn sunday jan sun")
BEFORE_TIMES = _words(
    "in by since until till from of this next last early late end mid around before after during every each "
    "through for between again up prior back"
)
OFTEN_CAPITAL = _words(
    "ward wards service services head bank banks best young youngs self page post sessions church street house "
    "hall law west england english french welsh black white key keys place park lot back priest trust good "
    "grave graves holiday north south east major minister case love nice guest standing train training session lead power "
    "king queen justice christian prince stage sun cross bible lord all long do so in an om a"
)
# "Mark was …", "Grace and …": what a person at the beginning of a sentence goes on with.
PERSON_GOES_ON = _words(
    "was explained made ran led gave said told helped spoke has had did showed taught answered listened really "
    "who from came got took set handled held facilitated presented delivered kept asked shared joined brought "
    "reminded talked seemed looked knew always also did went were is's and & kindly then"
)
# "April was …" may be the month.
ALSO_OF_TIMES = _words("is was had has were did also always seemed looked went came got kept brought and & 's")
# "Christian, one of our doctors"
APPOSITIONS = _words("one a an our my the who whose aged her his from")
# Qualities: "Hope is …" is about hope.
QUALITIES = _words(
    "hope faith joy grace charity patience love peace mercy comfort glory wisdom justice virtue will may august "
    "destiny victory pride"
)
# In small letters these are hardly ever meant as names.
NEVER_SMALL_NAMES = _words(
    "will may hope love all an as so do in he ho ha la al tan art best long my can ever even my mine see do "
    "chance happy lucky sunny reading service services guest general lot page post little young one may sky "
    "summer spring winter sunday storm wisdom patience comfort praise virtue faith charity justice glory "
    "destiny gift haven honey favour blessing peace reign skip scout major junior queen prince merit west ward "
    "rush rich tray haze chip ace stew lens lane lark angel ash aspen amber berry beau buddy case cash"
)
NO_SURNAMES = _words("i and or the a an but so who is was we you they he she it")
