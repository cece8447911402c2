"""Self-generated codes → keyed pseudonyms that can still be compared for one slip of the pen.

People make such a code anew in every survey, so some write it with a slip. A slip is found by deletion
neighbourhoods, as SymSpell finds misspelt words: two codes within one substitution, insertion, deletion
or swap of neighbours share a text that is left of each when at most one character is taken out. Only
keyed pseudonyms of those texts are kept, with the place that was left out. Comparing the codes character
by character would need the codes themselves, or a pseudonym of each character, which a table of 36 undoes.
Here nothing readable is stored; and since the session is hashed in, variants of two sessions never meet.

Sharing a variant is wider than one slip: it also holds where a character is left out at one place and
another put in elsewhere. The places tell these apart (``sql/core/near_code_link.sql``), exactly:

- a substitution leaves the same text at the same place of both codes;
- an insertion makes one of the two the variant, at place 0, of the other;
- a swap of the neighbours i and i + 1 leaves the same text at i of one and i + 1 of the other, both ways.

Which of two like codes belong to one person is decided in ``sql/core``, not here.
"""

from __future__ import annotations

import unicodedata

import pandas as pd

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser, fold

# The versions are part of what is hashed, as for persons: a changed rule never gives an old key.
_CODE_PURPOSE, _VARIANT_PURPOSE = "link_code/1", "link_code_variant/1"
_SEPARATOR = "\x1e"
# What people write who give none; as codes they would make one person of all of them.
_NO_CODES = frozenset(
    {"anonymous", "dontknow", "na", "nil", "no", "none", "notapplicable", "test", "unknown"}
)


def normalise_link_code(text: str) -> str | None:
    """Return the one spelling of a self-generated code, or None where there is none.

    Rule, version 1: NFKC, case folded, and only letters, marks and numbers kept. Blanks, punctuation,
    one character repeated, and words such as "n/a" are not a code.
    """
    code = _bare(text)
    return None if len(set(code)) < 2 or code in _NO_CODES else code  # noqa: PLR2004  # one is repeated


def _bare(text: str) -> str:
    bare = "".join(filter(_belongs_to_a_code, fold(text)))
    # What is left may compose anew, such as a letter and the accent after a space that is gone.
    return bare if bare == text else _bare(bare)


def _belongs_to_a_code(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def normalised_link_codes(texts: pd.Series) -> pd.Series:
    """Return the one spelling of each code, same index; missing where there is none. Personal data."""
    spelling = {text: normalise_link_code(text) for text in texts.dropna().unique()}
    return texts.map(spelling).astype("str")


def link_code_keys(codes: pd.Series, pseudonymiser: Pseudonymiser) -> pd.Series:
    """Return the pseudonym of each normalised code, 32 hex characters, same index."""
    return pseudonymiser.keys(codes, purpose=_CODE_PURPOSE)


def link_code_variants(
    codes: pd.Series, sessions: pd.Series, pseudonymiser: Pseudonymiser, *, shortest: int
) -> pd.DataFrame:
    """Return the keyed variants of codes: row (index label), place, variant_key.

    Args:
        codes: Normalised codes, missing where none was given; unique index.
        sessions: Codes of the sessions that they were given for, same index. Without a session there
            are no variants.
        pseudonymiser: Makes the keys.
        shortest: Codes of fewer characters have no variants: too many of them would be alike.
    """
    wanted = codes[codes.notna() & sessions.notna() & (codes.str.len() >= shortest)]
    given = zip(wanted.index, sessions[wanted.index], wanted, strict=True)
    variants = pd.DataFrame(
        [
            (row, position, f"{session}{_SEPARATOR}{variant}")
            for row, session, code in given
            for position, variant in enumerate(_without_each_place(code))
        ],
        columns=["row", "place", "text"],
    )
    keys = pseudonymiser.keys(variants["text"].astype("str"), purpose=_VARIANT_PURPOSE)
    return variants.drop(columns="text").assign(variant_key=keys)


def _without_each_place(code: str) -> list[str]:
    """Return the code itself, then the code without its first, second … character."""
    return [code, *(code[:position] + code[position + 1 :] for position in range(len(code)))]
