"""Invented comments as rows, and the programme whose survey asks for them; needs no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd

from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.companion_cells import as_cells
from ccds_pipeline.release.themes import released_themes, sensitive_themes, theme_cells
from ccds_pipeline_tests.support.kpi_release import quiet, release

PROGRAMME_TEXT = """
id: kitchen
name: Cooking together
version: "1"
waves:
  - {id: before, label: Before, timing: before}
  - {id: after, label: After, timing: after}
linking: {require_attendance: false}
questions:
  - {id: hope, text: "What do you hope for?", kind: text}
  - {id: change, text: "What will you change?", kind: text}
sources:
  - {id: survey, label: Survey, format: table, record: response, wave: after}
kpis:
  - {id: W2, label: Returned, level: reach, wave: after, rule: {type: returned}}
themes:
  - {id: soup, label: Soup, words: [soup*, broth]}
  - {id: knives, label: Knives, words: [knife, knives, "cutting board*"], but_not: [butter knife]}
  - {id: habits, label: Habits, questions: [change], words: [every day]}
"""


@dataclass(frozen=True)
class Said:
    """One comment; each stands in a response of its own."""

    person: str
    text: str
    question: str = "change"
    wave: str = "after"
    state: str = "valid"


@cache
def kitchen_programme() -> Programme:
    """Return the invented programme."""
    return parse_programme(PROGRAMME_TEXT, place="kitchen.yaml")


def many(text: str, people: int, *, first: int = 0, question: str = "change") -> list[Said]:
    """The same comment by so many people, numbered from ``first``."""
    return [Said(f"p{number}", text, question) for number in range(first, first + people)]


def frame_of(said: Sequence[Said]) -> pd.DataFrame:
    """The comments as ``read_comments`` gives them, but in the order given."""
    return pd.DataFrame(
        [(f"k{n}", one.question, one.wave, one.person, one.text, f"r{n}") for n, one in enumerate(said)],
        columns=["response_key", "question_id", "wave", "respondent_key", "redacted_text", "reference"],
        dtype="str",
    )


def release_themes(counts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Release counts of themes by themselves, with the exact reasons."""
    cells = as_cells(
        theme_cells(counts, programme),
        programme_id="kitchen",
        as_of=date(2022, 6, 1),
        data_version="d",
        run_id="r",
    )
    sensitive = sensitive_themes(cells, programme)
    return released_themes(
        release(cells, keys=quiet, rules=programme.release, sensitive=sensitive), programme
    )
