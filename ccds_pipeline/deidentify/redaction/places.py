"""Streets without a number, and boards: "lives on Canal Street", "NHS Humber and North Yorkshire ICB".

"The High Street", "our ICB" and "Memory Lane" point to nobody and stay. Addresses with a number belong in
``rules``, other employers in ``organisations``.
"""

from __future__ import annotations

import re
from functools import partial

from ccds_pipeline.deidentify.redaction.cues import words
from ccds_pipeline.deidentify.redaction.rules import Rule, RuleSet

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]{1,30}\.?"
_NO_EMPLOYER = (
    r"(?!\s(?:Surgery|Medical|Practice|Health|Clinic|Hospital|School|Academy|Pharmacy|Centre|Center|Hospice"
    r"|Care|Nursing|Dental|Infirmary|Group|Partnership|University|College|Trust))"
)
_STREET = rf"""
    \b(?P<name>{_CAPITAL}(?:\s{_CAPITAL}){{0,3}})
    \s(?:Street|Road|Avenue|Lane|Close|Crescent|Gardens|Grove|Terrace|Mews|Drive|Rd|Ave)\b{_NO_EMPLOYER}
"""
_SMALL_STREET = r"""
    (?<=\bon\s)(?P<name>[a-z][\w'’-]{2,20}(?:\s[a-z][\w'’-]{2,20})?)\s
    (?:street|road|avenue|lane|crescent|grove|terrace|mews)\b
"""
_BOARD = rf"""
    \b(?P<name>{_CAPITAL}(?:(?:,\s|\s(?:(?:and|of|the|on|&)\s){{0,2}}){_CAPITAL}){{0,6}})
    \s(?:ICB|ICS|CCG|Integrated\sCare\s(?:Board|System|Partnership)|Clinical\sCommissioning\sGroup
        |Health\sBoard)\b
"""
_LEADING = words(
    """at the in from our my we i i'm and but for to with by of on off near along down up a an this that
    when as also so if is both thank thanks work works working everyone staff all here dear hello hi
    your his her their its every each any some no more parking people colleagues outside behind around
    past via opposite leaving"""
)
# "the high street", "Memory Lane", "Google Drive"
_NO_STREETS = words(
    """high main long wrong right rocky busy cross ring back side one dead front open fast slow memory
    easy sesame wall downing coronation quality silk google shared hard flash test onedrive network
    usb covent kew private quiet narrow country bus cycle harley fleet oxford bond regent the a an
    this that my our his her their your every whole same next first last other east north south west
    and of in to two old new little side wet icy"""
)
_NO_BOARDS = words(
    """nhs integrated care primary local regional district national new old university teaching shadow
    whole same health north east south west england place region and of the on & icb ics trust trusts
    our uk"""
)


def _put_place(match: re.Match[str], placeholder: str, generic: frozenset[str]) -> str:
    words = match["name"].split()
    first = next((n for n, word in enumerate(words) if _plain(word) not in _LEADING), len(words))
    if all(_plain(word) in generic for word in words[first:]):
        return match[0]
    return " ".join([*words[:first], placeholder])


def _plain(word: str) -> str:
    return word.strip(".,").replace("’", "'").casefold()


_BOARDS = partial(_put_place, placeholder="[ORGANISATION]", generic=_NO_BOARDS)
_STREETS = partial(_put_place, placeholder="[ADDRESS]", generic=_NO_STREETS)
PLACE_RULES = RuleSet(
    re.compile(r"(?i:Street|Road|Avenue|Lane|Close|Crescent|Gardens|Grove|Terrace|Mews|Drive)|Rd|Ave"
               r"|IC[BS]|CCG|Board|Integrated|Clinical"),
    (
        Rule(re.compile(_BOARD, re.VERBOSE), _BOARDS),
        Rule(re.compile(_STREET, re.VERBOSE), _STREETS),
        Rule(re.compile(_SMALL_STREET, re.VERBOSE), _STREETS),
    ),
)  # fmt: skip
