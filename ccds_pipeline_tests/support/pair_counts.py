"""Count tables of a change made of plain pairs of scores, as ``sql/kpi`` would count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ccds_pipeline.kpi.rules.rule import rule_of
from ccds_pipeline.programme.model import Change, Kpi, Programme, Question, Scale, Source, Wave
from ccds_pipeline.statistics.counts import Aggregates

Pair = tuple[float, float]
RULE = Change(type="change", question="calm", before="before", confident=7)
KPI = Kpi(id="C1", label="Calmer", level="2", wave="after", rule=RULE)
PROGRAMME = Programme(
    id="calm",
    name="Calm",
    version="1",
    waves=(
        Wave(id="before", label="Before", timing="before"),
        Wave(id="after", label="After", timing="after"),
    ),
    scales={"ten": Scale(minimum=0, maximum=10)},
    questions=(Question(id="calm", text="How calm?", scale="ten"),),
    sources=(
        Source(
            id="survey",
            label="Survey",
            format="table",
            record="response",
            wave="after",
            timestamp_formats=("%Y",),
        ),
    ),
    kpis=(KPI,),
)
WHOLE = ("all", "all")
_KEY = ["kpi_id", "breakdown", "level"]


def count_tables(
    parts: Mapping[tuple[str, str], Sequence[Pair]],
    *,
    people: Mapping[tuple[str, str], int] | None = None,
    in_session: int = 1,
    first_tier: Sequence[bool] | None = None,
) -> Aggregates:
    """Return the tables for pairs by part; each pair of one person, in sessions of ``in_session``.

    ``people`` says how many persons a part has where it is not one per pair, ``first_tier`` which pairs
    of a part the booking reference linked (by default every one).
    """
    pairs = pd.concat([_pairs(*part, given, first_tier) for part, given in parts.items()])
    pairs["session_code"] = "s" + (pairs.groupby(_KEY).cumcount() // in_session).astype("str")
    size = {part: len(given) for part, given in parts.items()}
    whole = pairs[pairs["breakdown"] == "all"]
    counted = whole.groupby([*_KEY, "session_code"]).agg(
        pairs_n=("score_before", "size"), before_sum=("score_before", "sum"), after_sum=("score_after", "sum")
    )
    state = pd.DataFrame([_state(part, n, (people or {}).get(part, n)) for part, n in size.items()])
    values = {
        "pair": pairs["score_after"] - pairs["score_before"],
        "before": pairs["score_before"],
        "after": pairs["score_after"],
    }
    numbers = pd.concat(pairs.assign(item=item, item_value=value) for item, value in values.items())
    return session_tables(numbers) | {
        "pair_count": _counted(pairs, ["score_before", "score_after", "is_first_tier"], "pairs_n"),
        "pair_session": counted.reset_index(),
        "score_state": pd.concat([state.assign(item=item) for item in ("pair", "before", "after")]),
        "score_count": pd.concat(
            _counted(pairs.rename(columns={f"score_{item}": "score"}), ["score"], "answers_n").assign(
                item=item
            )
            for item in ("before", "after")
        ),
        "reach_count": state.rename(columns={"eligible_n": "attendances_n"}),
    }


def session_tables(numbers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return how numbers are spread over sessions, as ``sql/kpi`` would count them.

    ``numbers`` has a row per number: ``kpi_id``, ``item``, ``breakdown``, ``level``, ``session_code`` and
    ``item_value``.
    """
    item = ["kpi_id", "item", "breakdown", "level"]
    squares = numbers.assign(square=numbers["item_value"] ** 2)
    sessions = squares.groupby([*item, "session_code"], as_index=False).agg(
        answers_n=("item_value", "size"), value_sum=("item_value", "sum"), value_square_sum=("square", "sum")
    )
    alike = ["kpi_id", "item", "answers_n", "value_sum", "value_square_sum"]
    whole = sessions[sessions["breakdown"] == "all"]
    sizes = sessions.assign(square=sessions["answers_n"] ** 2).groupby(item, as_index=False)
    return {
        "session_value": whole.groupby(alike).size().reset_index(name="sessions_n"),
        "session_size": sizes.agg(
            answers_n=("answers_n", "sum"),
            sessions_n=("answers_n", "size"),
            answers_square_sum=("square", "sum"),
        ),
    }


def change_rows(tables: Aggregates) -> Any:  # what loc gives is wider than its stubs say
    """Return a frame of every reading, by estimand, breakdown and level."""
    rows = rule_of(KPI, PROGRAMME).estimates(tables)
    return rows.set_index(["estimand", "breakdown", "level"]).sort_index()


def readings_of(pairs: Sequence[Pair], *, first_tier: Sequence[bool] | None = None) -> Any:
    """Return a frame of every reading of the pairs as a whole, by estimand."""
    return change_rows(count_tables({WHOLE: pairs}, first_tier=first_tier)).droplevel([1, 2])


def _pairs(
    breakdown: str, level: str, given: Sequence[Pair], first_tier: Sequence[bool] | None
) -> pd.DataFrame:
    scores = np.array(given, dtype=float).reshape(len(given), 2)
    frame = pd.DataFrame(scores, columns=["score_before", "score_after"])
    is_first = np.ones(len(given), dtype=bool) if first_tier is None else np.array(first_tier, dtype=bool)
    return frame.assign(kpi_id="C1", breakdown=breakdown, level=level, is_first_tier=is_first)


def _state(part: tuple[str, str], n: int, people: int) -> dict[str, object]:
    key = {"kpi_id": "C1", "breakdown": part[0], "level": part[1]}
    return key | {"people_n": people, "blank_n": 0, "not_applicable_n": 0, "eligible_n": n}


def _counted(pairs: pd.DataFrame, cell: list[str], n: str) -> pd.DataFrame:
    return pairs.groupby([*_KEY, *cell]).size().reset_index(name=n)
