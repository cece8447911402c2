"""``ccds run`` loads the deliveries of a period, and refuses one in which there is none."""

from __future__ import annotations

from datetime import date

import pytest

from ccds_pipeline.cli.pipeline import Days
from ccds_pipeline_tests.integration.cli.test_bad_input import loaded, run, write_survey

_APRIL, _MAY, _JUNE = (date(2019, month, 1) for month in (4, 5, 6))


@pytest.mark.parametrize(
    ("days", "meant"),
    [
        (Days(), {_APRIL, _MAY, _JUNE}),
        (Days(first=_MAY), {_MAY, _JUNE}),
        (Days(last=_MAY), {_APRIL, _MAY}),
        (Days(first=_MAY, last=_MAY), {_MAY}),
        (Days(first=_JUNE, last=_APRIL), set()),
        (Days(frozenset({_APRIL, _JUNE}), first=_MAY), {_JUNE}),
    ],
)
def test_days_are_those_named_as_far_as_the_period_has_them(days, meant):
    assert {day for day in (_APRIL, _MAY, _JUNE) if day in days} == meant


@pytest.mark.slow
def test_a_period_is_loaded_and_one_without_deliveries_is_refused(tmp_path):
    landing = tmp_path / "landing"
    for day, rows in {"2019-03-01": 2, "2019-05-01": 1, "2019-06-30": 3}.items():
        write_survey(landing, day=day, rows=rows)
    refused = run(landing, "--from", "2020-01-01")
    assert refused.returncode == 2
    assert "there is no delivery in that period [delivery_exists]" in refused.stderr
    assert run(landing, "--from", "2019-03-01", "--to", "2019-05-31").returncode == 1  # one is outstanding
    assert loaded(landing) == {"2019-03-01": 2, "2019-05-01": 1}
