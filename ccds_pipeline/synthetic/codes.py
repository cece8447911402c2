"""Self-generated codes: how people make theirs, and how they write it each time.

The form asks for the last two letters of the mother's first name, the day of birth and the first two
letters of the first school. How often codes are written with slips or taken for one another is invented,
so that about as many link as in McGloin (1996): 75.2 % matched, 22.1 % unmatched, 2.7 % wrongly matched.
"""

from __future__ import annotations

from ccds_pipeline.synthetic.draws import Draws, Weights
from ccds_pipeline.synthetic.identities import FIRST_NAMES, plain

# What somebody types who copies the example that stands under the question.
EXAMPLE_CODE = "NE07WE"

_SCHOOLS = tuple(
    """Abbey Ashcombe Barrowby Beech Brook Castle Chapel Church Copley Dene Eastmere Elm Fairholt Forest
    Grange Greenfield Hillside Holy Kingsdene Lady Larch Manor Meadow Mill Northwick Oakhaven Orchard Park
    Priory Queen River Rowan Sacred St Summerfield The Trinity Vale Westford Willow Woodlands""".split()  # noqa: SIM905  # a list in words reads better
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_SLIPS = Weights(
    {
        "none": 0.905, "other": 0.02, "wrong": 0.03, "swapped": 0.018, "missing": 0.015, "extra": 0.006,
        "two": 0.006,
    }
)  # fmt: skip
_WRITING = Weights({"plain": 0.72, "lower": 0.14, "spaces": 0.08, "dashes": 0.04, "stop": 0.02})
_NO_CODE = ("-", "?", "n/a", "N/A", "...", "don't know")
_GIVES_NONE = 0.01


def personal_code(draws: Draws) -> str:
    """The code that somebody remembers for good."""
    mother, school = plain(draws.pick(FIRST_NAMES)), draws.pick(_SCHOOLS)
    return f"{mother[-2:]}{draws.between(1, 31):02d}{school[:2]}".upper()


def written_code(code: str, draws: Draws) -> str:
    """The code as it is written in one survey: at times with a slip, in other case, or not at all."""
    if draws.chance(_GIVES_NONE):
        return draws.pick(_NO_CODE)
    slip = draws.weighted(_SLIPS)
    if slip == "other":  # remembers the question differently
        code = personal_code(draws)
    elif slip == "two":
        code = _slipped(_slipped(code, "wrong", draws), "wrong", draws)
    elif slip != "none":
        code = _slipped(code, slip, draws)
    return _in_writing(code, draws)


def _slipped(code: str, slip: str, draws: Draws) -> str:
    position = draws.between(0, len(code) - 2)
    before, here, after = code[:position], code[position], code[position + 1 :]
    match slip:
        case "wrong":
            return before + draws.pick(_DIGITS if here.isdigit() else _LETTERS) + after
        case "swapped":
            return before + after[0] + here + after[1:]
        case "missing":
            return before + after
    return before + here + here + after


def _in_writing(code: str, draws: Draws) -> str:
    match draws.weighted(_WRITING):
        case "lower":
            return code.lower()
        case "spaces":
            return f"{code[:2]} {code[2:4]} {code[4:]} "
        case "dashes":
            return f"{code[:2]}-{code[2:4]}-{code[4:]}"
        case "stop":
            return f"{code}."
    return code
