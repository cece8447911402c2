"""Local times become instants only where there is exactly one instant that they can mean."""

import pandas as pd
import pytest

from ccds_pipeline.ingest.conform.fields import to_instants

FORMATS = ("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%z")


def read_one(text: str) -> tuple[str | None, str | None]:
    instants, rules = to_instants(pd.Series([text]), formats=FORMATS, timezone="Europe/London")
    instant = None if pd.isna(instants[0]) else instants[0].isoformat()
    return instant, None if pd.isna(rules[0]) else str(rules[0])


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("01/02/2022 10:00", "2022-02-01T10:00:00+00:00"),
        ("01/07/2022 10:00", "2022-07-01T09:00:00+00:00"),
        ("2022-07-01 10:00:59", "2022-07-01T09:00:59+00:00"),
        ("2021-10-31 01:30:00+01:00", "2021-10-31T00:30:00+00:00"),
        ("29/02/2024 23:59", "2024-02-29T23:59:00+00:00"),
    ],
)
def test_local_time_becomes_utc_in_winter_and_summer(text, instant):
    assert read_one(text) == (instant, None)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("31/02/2022 10:00", "not_a_timestamp"),
        ("29/02/2022 10:00", "not_a_timestamp"),
        ("07/13/2022 10:00", "not_a_timestamp"),
        ("yesterday", "not_a_timestamp"),
        ("44621", "not_a_timestamp"),
        ("01/02/2022 24:00", "not_a_timestamp"),
        ("27/03/2022 01:30", "time_does_not_exist"),
        ("31/10/2021 01:30", "time_is_ambiguous"),
    ],
)
def test_text_that_is_no_single_instant_is_reported_by_rule_and_not_guessed(text, rule):
    assert read_one(text) == (None, rule)


def test_rows_keep_their_labels_and_blanks_break_no_rule():
    texts = pd.Series([None, "01/02/2022 10:00", None], index=[7, 3, 9], dtype="str")
    instants, rules = to_instants(texts, formats=FORMATS, timezone="Europe/London")
    assert list(instants.index) == [7, 3, 9]
    assert list(instants.isna()) == [True, False, True]
    assert rules.isna().all()


def test_a_column_without_any_text_has_no_instant_and_no_rule():
    texts = pd.Series([None, None], dtype="str")
    instants, rules = to_instants(texts, formats=FORMATS, timezone="Europe/London")
    assert instants.isna().all()
    assert rules.isna().all()
