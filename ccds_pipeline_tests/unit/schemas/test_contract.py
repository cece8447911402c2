"""The contract of the released tables: what it holds, and which change of it needs which version."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.schemas import contract
from ccds_pipeline.schemas.contract import (
    changes,
    contract_of,
    contract_text,
    is_readable,
    recorded_contract,
    refuse_low_version,
    released_contract,
)
from ccds_pipeline.schemas.files import folder
from ccds_pipeline.schemas.register import Column, Table

Contract = dict[str, Any]
TABLE = Table(
    "reporting",
    "mood",
    "One mood on one day.",
    (
        Column("mood_id", "text", "Identifier of the mood."),
        Column("day_on", "date", "Day."),
        Column("share", "number", "Share.", nullable=True),
    ),
    key=("mood_id", "day_on"),
    references={"reporting.dim_mood": ("mood_id",)},
)
BEFORE = contract_of([TABLE], version="1.3")


def mood(now: Contract) -> Contract:
    found: Contract = now["tables"]["mood"]
    return found


def columns(now: Contract) -> dict[str, str]:
    found: dict[str, str] = mood(now)["columns"]
    return found


BREAKING: dict[str, tuple[Callable[[Contract], object], str]] = {
    "a table goes": (lambda now: now["tables"].pop("mood"), "mood is gone"),
    "a column goes": (lambda now: columns(now).pop("share"), "mood.share is gone"),
    "a column gets another name": (
        lambda now: columns(now).update(portion=columns(now).pop("share")),
        "mood.share is gone",
    ),
    "a type changes": (lambda now: columns(now).update(day_on="instant"), "mood.day_on is instant, not date"),
    "a value may be missing": (
        lambda now: columns(now).update(day_on="date or missing"),
        "mood.day_on is date or missing, not date",
    ),
    "a row is of something else": (
        lambda now: mood(now).update(key=["mood_id"]),
        "the key of mood is another",
    ),
    "a reference goes": (
        lambda now: mood(now).update(references={}),
        "mood does not refer to dim_mood as before",
    ),
}
ADDITIONS: dict[str, Callable[[Contract], object]] = {
    "a table comes": lambda now: now["tables"].update(weather=mood(now)),
    "a column comes": lambda now: columns(now).update(mood_label="text"),
    "a value is never missing any more": lambda now: columns(now).update(share="number"),
    "a reference comes": lambda now: mood(now)["references"].update(dim_date=["day_on"]),
}


def changed(change: Callable[[Contract], object], *, version: str) -> Contract:
    now = copy.deepcopy(BEFORE)
    change(now)
    return now | {"version": version}


def test_the_recorded_contract_is_that_of_the_register():
    """After a change of released tables, raise TABLES_VERSION, and ``make schema`` records them anew."""
    refuse_low_version(recorded_contract(), released_contract())
    assert (folder() / "reporting.contract.yaml").read_text() == contract_text()


@pytest.mark.parametrize("name", BREAKING)
def test_a_change_that_breaks_queries_needs_another_first_number(name):
    change, text = BREAKING[name]
    for version in ("1.3", "1.4"):
        with pytest.raises(ConfigurationError, match="Raise the first number") as caught:
            refuse_low_version(BEFORE, changed(change, version=version))
        assert text in str(caught.value)
    refuse_low_version(BEFORE, changed(change, version="2.0"))


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_needs_another_second_number(name):
    with pytest.raises(ConfigurationError, match="Raise the second number"):
        refuse_low_version(BEFORE, changed(ADDITIONS[name], version="1.3"))
    now = changed(ADDITIONS[name], version="1.4")
    refuse_low_version(BEFORE, now)
    assert [found.is_breaking for found in changes(BEFORE, now)] == [False]


def test_wordings_and_the_order_of_columns_are_no_change():
    now = changed(lambda now: mood(now).update(grain="Another sentence."), version="1.3")
    mood(now)["columns"] = dict(reversed(columns(now).items()))
    refuse_low_version(BEFORE, now)


def test_a_change_is_not_recorded_under_a_version_that_is_too_low(tmp_path, monkeypatch):
    monkeypatch.setattr(contract, "folder", lambda: tmp_path)
    contract.write_contract()
    file = tmp_path / "reporting.contract.yaml"
    assert file.read_text() == contract_text()
    renamed = file.read_text().replace("kpi_label: text", "kpi_name: text", 1)
    file.write_text(renamed)
    with pytest.raises(ConfigurationError, match=r"dim_kpi\.kpi_name is gone"):
        contract.write_contract()
    assert file.read_text() == renamed


def test_tables_of_the_same_first_number_can_be_read():
    major = contract.TABLES_VERSION.partition(".")[0]
    assert [is_readable(version) for version in (f"{major}.0", f"{int(major) + 1}.0", None)] == [
        True,
        False,
        False,
    ]
