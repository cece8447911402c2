"""Examples of bookings and answers, each in a session of its own, linked in one warehouse."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.scenario import Scenarios, outcomes, scenario_programme, warehouse_of
from ccds_pipeline_tests.support.specification import Example, Row

_WAVES = {"before": "pre", "after": "post", "weeks later": "later"}


def linked(examples: Sequence[Example]) -> list[list[dict[str, object]]]:
    """Return, for each example, its answers with whom each belongs to, by what, and whether it counts.

    Tables given: ``booked`` (who, address; attended, ``no`` for who stayed away) and ``answered`` (answer,
    survey; booking, address, code, at).
    """
    scenarios = Scenarios()
    for number, example in enumerate(examples):
        _write(scenarios, f"S{number}", example)
    with warehouse_of(scenario_programme(), scenarios) as connection:
        found = outcomes(connection, scenarios)
    return [_answers(found, f"S{number}", example) for number, example in enumerate(examples)]


def _write(scenarios: Scenarios, session: str, example: Example) -> None:
    for row in example.rows("booked"):
        write = scenarios.books if row.get("attended") == "no" else scenarios.comes
        write(session, row["who"], mail=row["address"])
    for row in example.rows("answered"):
        cells = {"mail": row.get("address", ""), "code": row.get("code", "")}
        if booking := row.get("booking"):
            cells["ref"] = f"{session} {booking}"
        if at := row.get("at"):
            cells["sent"] = at
        scenarios.answers(_WAVES[row["survey"]], session, row["answer"], **cells)


def _answers(found: pd.DataFrame, session: str, example: Example) -> list[dict[str, object]]:
    booked = example.rows("booked")
    keys = PSEUDONYMISER.person_keys(pd.Series([row["address"] for row in booked], dtype="str"))
    who = dict(zip(keys, _names(booked), strict=True))
    answers = [(row["answer"], found.loc[f"{session} {row['answer']}"]) for row in example.rows("answered")]
    return [
        {
            "answer": name,
            "belongs to": who.get(str(answer["participant_key"]), "nobody"),
            "by": answer["link_tier"],
            "outcome": answer["link_outcome"],
            "state": answer["state"],
        }
        for name, answer in answers
    ]


def _names(booked: Sequence[Row]) -> list[str]:
    """Name each booking by everybody who booked with its address."""
    return [
        " or ".join(dict.fromkeys(one["who"] for one in booked if one["address"] == row["address"]))
        for row in booked
    ]
