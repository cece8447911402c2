"""Examples of bookings and answers, each in a session of its own, linked in one warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import sqlalchemy as sa

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
        bookings = connection.execute(
            sa.text("SELECT reference_key, participant_key FROM core.fact_booking ORDER BY reference_key")
        )
        holders = {row.reference_key: str(row.participant_key) for row in bookings}
    return [_answers(found, holders, f"S{number}", example) for number, example in enumerate(examples)]


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


def _answers(
    found: pd.DataFrame, holders: Mapping[str, str], session: str, example: Example
) -> list[dict[str, object]]:
    booked = example.rows("booked")
    keys = PSEUDONYMISER.person_keys(pd.Series([row["address"] for row in booked], dtype="str"))
    references = PSEUDONYMISER.keys(
        pd.Series([f"{session} {row['who']}" for row in booked]), purpose="reference"
    )
    who = dict(zip(keys, _names(booked), strict=True))
    who |= {holders[reference]: row["who"] for reference, row in zip(references, booked, strict=True)}
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
