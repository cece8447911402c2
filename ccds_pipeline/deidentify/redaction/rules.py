"""Identifiers that have a form of their own: addresses, numbers, codes and dates.

Names belong in ``names``; the order over all rules belongs in ``redact``. Every pattern
begins at a boundary and has bounded repeats, so that a megabyte of one letter, which somebody will
paste one day, takes milliseconds and not hours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import nhs_number


@dataclass(frozen=True)
class Rule:
    """One kind of identifier; ``replace`` may also decide that a match is none, and keep it."""

    pattern: re.Pattern[str]
    replace: Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class RuleSet:
    """Rules that can only match where ``hint`` does: most comments are done after the hints."""

    hint: re.Pattern[str]
    rules: tuple[Rule, ...]


_DOT = r"(?: \. | \s?[(\[{]\s?dot\s?[)\]}]\s? | \s+dot\s+ )"
_DOMAIN = rf"[\w-]{{1,63}} (?:{_DOT}[\w-]{{1,63}}){{0,4}}"
_COMMON_DOMAIN = rf"[\w-]{{1,63}} (?:{_DOT}[\w-]{{1,63}}){{0,3}} {_DOT}(?:net|com|org|uk|eu)\b"
_EMAIL = rf"""
    (?<![\w.+%'-]) [\w.+%'-]{{1,64}}
    (?: \s?[(\[{{<]\s?at\s?[)\]}}>]\s? {_DOMAIN}
      | @ {_DOMAIN}
      | \s?@\s? {_COMMON_DOMAIN}
      | (?:\s+dot\s+[\w-]{{1,64}}){{0,3}} \s+at\s+ (?: {_COMMON_DOMAIN}
          | (?:gmail|hotmail|nhsmail|icloud|btinternet)\b (?!\s(?:net|com|co\s?uk)\b)
          | (?:nhs|gmail|hotmail|outlook|icloud|yahoo|live|btinternet)\s(?:net|com|co\s?uk)\b ) )
"""
_URL_TAIL = r"[^\s<>\"]{0,2000}[^\s<>\"'.,;:!?)]"
_URL = rf"""
    \b(?:https?|ftp)://{_URL_TAIL}
  | \bwww\.{_URL_TAIL}
  | (?<![\w.@-]) (?:[a-z0-9-]{{1,63}}\.){{1,4}}
    (?: (?:com|org|net|uk|eu|gov|edu)\b (?:/{_URL_TAIL})? | (?:ly|io|me|link|app)/{_URL_TAIL} )
"""
# Forms of address, not of a person: "@all".
_HANDLE = r"(?<![\w@]) @ (?!(?:all|everyone|here|channel|team|home|work)\b) [a-z_][\w.-]{1,40}"
_HANDLE_AFTER_CUE = r"""
    (?P<cue> \b(?:insta(?:gram)?|twitter|tiktok|snapchat|handle|username)\b (?:\s?[:=]\s?|\s+is\s+) )
    (?=[\w.-]*[\d_.]\w) [\w.-]{3,40}
"""

_MONTH = """(?:jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?
              |oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"""
# In small letters these are also verbs: "2 may help", "march 10 miles".
_MONTH_OR_VERB = "(?-i:March|MARCH|Mar|MAR|May|MAY)"
_ANY_MONTH = rf"(?:{_MONTH}|may|mar(?:ch)?)"
_SURE_MONTH = rf"(?:{_MONTH}|{_MONTH_OR_VERB})"
_YEAR = r"(?:,?\s+(?:'\d\d|\d{4})\b)"
_DATE = rf"""
    (?<![\d./-]) \d{{1,2}}
      (?:\s?/\s?\d{{1,2}}\s?/\s? | -\d{{1,2}}- | \.\d{{1,2}}\. ) (?:\d{{4}}|\d\d) (?![\d/-]|\.\d)
  | (?<!\d) (?:19|20)\d\d ([./-]) \d{{1,2}} \1 \d{{1,2}} (?!\d)
  | \b\d{{1,2}} (?: (?:st|nd|rd|th)\s+(?:of\s+)? | \s+of\s+ ) {_ANY_MONTH}\b \.? {_YEAR}?
  | \b\d{{1,2}}[\s-]? {_SURE_MONTH}\b \.? (?:{_YEAR}|-\d{{2,4}}\b)?
  | \b\d{{1,2}}\s {_ANY_MONTH}\b {_YEAR}
  | \b{_SURE_MONTH} \s+ \d{{1,2}} (?:st|nd|rd|th)? \b {_YEAR}?
  | \b{_ANY_MONTH} \s+ (?:the\s+)? \d{{1,2}}(?:st|nd|rd|th)\b {_YEAR}?
"""

_NI_NUMBER = r"\b [A-Z]{2} (?:[\s.-]?\d\d){3} [\s.-]?[A-D] \b"
_NHS_NUMBER = r"(?<![\d-]) \d{3}[\s.-]?\d{3}[\s.-]?\d{4} (?![\d-])"
_POSTCODE = r"""
    \b (?: GIR\s?0AA
         | [A-PR-UWYZ] (?: \d{1,2} | [A-HK-Y]\d{1,2} | \d[A-HJKSTUW] | [A-HK-Y]\d[ABEHMNPRV-Y] )
           \s{0,2} \d[ABD-HJLNP-UW-Z]{2} ) \b
"""
_PHONE = r"""
    (?<![\w-]) (?: \+\d | 00\d | \(?0\d ) (?:[\s().-]{0,3}\d){7,13}
      (?:\s?(?:x|ext\.?|extension)\s?\d{1,6})? (?![\d-])
  | (?<![\w-]) 7\d{3}[\s-]?\d{3}[\s-]?\d{3} (?![\d-])
"""
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DIGIT = r"""(?:zero|nought|nil|oh?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|double
  |treble|triple|hundred|thousand|(?:thir|four|fif|six|seven|eigh|nine)teen
  |(?:twen|thir|for|fif|six|seven|eigh|nine)ty|\d{1,4})"""
_SPOKEN_GAP = r"(?:[\s,.…-]{1,3}(?:and\s)?)"
_SPOKEN_NUMBER = rf"""
    \b (?: (?:oh?|zero|nought|double|plus) (?:{_SPOKEN_GAP}{_DIGIT}){{5,20}}
         | {_DIGIT} (?:{_SPOKEN_GAP}{_DIGIT}){{6,20}} ) \b
"""
_LEAST_SPOKEN = 3  # words; a row of digits is no spoken number
_NUMBERED = r"(?:\d{1,4}[a-z]?,?\s(?!\d))"
_STREET_TYPE = """(?:street|road|avenue|lane|close|drive|crescent|gardens|grove|terrace|mews|court|walk|way|
                    square|place|park|row|rise|hill|rd|ave|ln|cres)"""
_SURE_STREET_TYPE = "(?:street|road|avenue|lane|close|crescent|gardens|grove|terrace|mews)"
_NO_STREET = (
    r"(?:the|a|an|in|on|of|to|for|and|per|from|at|by|with|my|our|your|was|is|were|out"
    r"|minutes?|hours?|days?|years?)\b"
)
_ADDRESS = rf"""
    (?: \b(?:flat|apartment|apt|unit|room|house)\s\d{{1,4}}[a-z]?,?\s{{1,2}} (?=\d) )? \b{_NUMBERED}
    (?: (?-i:[A-Z])[\w'’-]{{1,20}}\s (?:(?-i:[A-Z])[\w'’-]{{1,20}}\s){{0,2}} (?:{_STREET_TYPE}|(?-i:St))
      | (?!{_NO_STREET})[\w'’-]{{2,20}}\s (?:(?!{_NO_STREET})[\w'’-]{{2,20}}\s)? {_SURE_STREET_TYPE} ) \b
"""
_ID_AFTER_CUE = r"""
    (?P<cue> \b (?: (?:bleep|pager|ext|extension|badge|pin|nmc|gmc|hcpc|mrn|ref|reference|id)\b
                  | (?:staff|employee|payroll|hospital|patient|case|booking|order|ticket|registration)
                    \s+ (?=no\b|num\b|number|id\b|ref|\#) )
        [\s.:#-]{0,3} (?:(?:me|no|num|number|id|pin|ref|is|was|on)\b[\s.:#-]{0,3}){0,2} )
    [A-Z]{0,4}[-/]?\d{3,20} (?:[-/]?[A-Z0-9]{1,12}\b)?
"""
_ID = r"""
    \b [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12} \b                  # UUID
  | (?<![\d.]) (?:\d{1,3}\.){3}\d{1,3} (?![\d.])                       # network address
  | \b \d\d[A-L]\d{4}[A-Z] \b                                          # PIN of the nursing register
  | \b [A-Z]{1,5}[-/]?\d{4,20}[A-Z]{0,3} \b
  | (?-i:\b(?=[A-Z]*\d+[A-Z]+)(?=\w*\d\w*\d)[A-Z0-9]{5,12}-\d{2,12}\b)         # order code with position
  | (?-i:\b[A-Z]{2}\d\d\s?[A-Z]{3}\b)                                  # number plate
  | (?<![\w-]) (?!(?:19|20)\d\d\b) \d{3,6}(?:[\s-]\d{3,6}){2,6} (?![\d-])
  | \b \d{6,} \b
"""
_LONGEST_CUE = 40
_COURSE = re.compile(
    r"""\b(?:course|module|unit|session|workshop|training|e-?learning|event|webinar|programme)
    (?:\s(?:code|number|no|id|ref|is|was|called|says|said|and|or))* [\s.:#("']{1,3}\Z""",
    re.IGNORECASE | re.VERBOSE,
)


def _put(placeholder: str, pattern: str) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE | re.VERBOSE), lambda _match: placeholder)


def _put_if_nhs_number(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return "[NHS NUMBER]" if nhs_number.validate.is_valid(digits) else match[0]


def _put_if_no_count(match: re.Match[str]) -> str:
    """Keep "one two three four five six seven", and numbers in digits, which other rules judge."""
    spoken = re.findall(r"[a-z]+", match[0].casefold())
    steps = {after - before for before, after in pairwise(map(_number, spoken))}
    return match[0] if len(spoken) < _LEAST_SPOKEN or steps <= {1} or steps <= {-1} else "[PHONE]"


def _number(word: str) -> int:
    return _NUMBERS.index(word) if word in _NUMBERS else -_LEAST_SPOKEN


def _put_after_cue(match: re.Match[str]) -> str:
    return f"{match['cue']}[ID]"


def _put_unless_course(match: re.Match[str]) -> str:
    """Keep the code of a course: it stands behind a word that says so."""
    before = match.string[max(0, match.start() - _LONGEST_CUE) : match.start()]
    return match[0] if _COURSE.search(before) else "[ID]"


def _put_handle(match: re.Match[str]) -> str:
    return f"{match['cue']}[HANDLE]"


ADDRESS_RULES = RuleSet(
    re.compile(
        r"""[@(\[{<_:=] | \w\.\w | \bdot\s | \bat\s+[a-z]{3,10}\s(?:net|com|co)
          | \bat\s+(?:gmail|hotmail|nhsmail|icloud|btinternet)
          | (?:name|handle|a(?:gram)?|tter|tok|chat)\s+is\s""",
        re.IGNORECASE | re.VERBOSE,
    ),
    (
        _put("[EMAIL]", _EMAIL),
        _put("[URL]", _URL),
        _put("[HANDLE]", _HANDLE),
        Rule(re.compile(_HANDLE_AFTER_CUE, re.IGNORECASE | re.VERBOSE), _put_handle),
    ),
)
SPOKEN_RULES = RuleSet(
    re.compile(rf"\b{_DIGIT}{_SPOKEN_GAP}{_DIGIT}{_SPOKEN_GAP}{_DIGIT}\b", re.IGNORECASE | re.VERBOSE),
    (Rule(re.compile(_SPOKEN_NUMBER, re.IGNORECASE | re.VERBOSE), _put_if_no_count),),
)
# The more telling kinds come first: a date would else be taken for a number.
NUMBER_RULES = RuleSet(
    re.compile(r"\d"),
    (
        _put("[ADDRESS]", _ADDRESS),
        _put("[DATE]", _DATE),
        _put("[NI NUMBER]", _NI_NUMBER),
        Rule(re.compile(_NHS_NUMBER, re.VERBOSE), _put_if_nhs_number),
        _put("[POSTCODE]", _POSTCODE),
        _put("[PHONE]", _PHONE),
        Rule(re.compile(_ID_AFTER_CUE, re.IGNORECASE | re.VERBOSE), _put_after_cue),
        Rule(re.compile(_ID, re.IGNORECASE | re.VERBOSE), _put_unless_course),
    ),
)
