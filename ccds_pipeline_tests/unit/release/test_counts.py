"""How responses were linked, and who did not answer, as it may be published."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.companion_cells import as_cells, is_companion
from ccds_pipeline.release.counts import link_cells, non_response_cells, released_links, released_non_response
from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline_tests.support.core_content import welcome_programme
from ccds_pipeline_tests.support.kpi_release import quiet, release

RULES = ReleaseRules()


def cells(counted: pd.DataFrame) -> pd.DataFrame:
    return as_cells(counted, programme_id="welcome", as_of=date(2022, 6, 1), data_version="d", run_id="r")


@pytest.mark.attack("A12")
@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, None), (2, None), (40, 40)])
def test_small_counts_are_empty(count, shown):
    row = dict.fromkeys(table_of("kpi.link_quality").column_names, 100) | {
        "wave": "post",
        "phase": "all",
        "code_n": count,
    }
    released = released_links(release(cells(link_cells(pd.DataFrame([row]))), keys=quiet))
    assert [*released.columns, "wave_order", "wave_label"] == table_of("reporting.link_quality").column_names
    value = released["code_n"].iloc[0]
    assert pd.isna(value) if shown is None else abs(value - shown) <= REACH


@pytest.mark.attack("A8")
def test_counts_of_links_are_perturbed():
    row = dict.fromkeys(table_of("kpi.link_quality").column_names, 100) | {"wave": "post", "phase": "all"}
    counts = released_links(release(cells(link_cells(pd.DataFrame([row]))))).drop(columns=["wave", "phase"])
    noise = counts.to_numpy(dtype=float) - 100
    assert 0 < np.abs(noise).max() <= REACH


def test_pairs_are_not_released():
    assert "pairs_n" not in table_of("reporting.link_quality").column_names


def test_cells_beside_the_kpis_have_their_columns_and_differ_from_them():
    row = dict.fromkeys(table_of("kpi.link_quality").column_names, 100) | {"wave": "post", "phase": "all"}
    counted = cells(link_cells(pd.DataFrame([row])))
    assert list(counted.columns) == [*table_of("kpi.kpi").column_names, "population"]
    assert is_companion(counted).all()
    assert not is_companion(pd.DataFrame({"kpi_id": ["K01"]})).any()


def compared(  # noqa: PLR0917  # a row of the table
    characteristic: str, level: str, responders: int, others: int, value: float = 0.5, sd: float | None = None
) -> dict[str, object]:
    return {
        "kpi_id": "W11", "characteristic": characteristic, "level": level, "responders_n": responders,
        "non_responders_n": others, "responders_value": value, "non_responders_value": value + 0.123,
        "responders_sd": sd, "non_responders_sd": sd, "standardised_difference": 0.123,
    }  # fmt: skip


def people_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Let every attendance be that of another person."""
    breakdowns = {"sector": "sector", "region_code": "region"}
    found: dict[tuple[str, str, str], int] = {}
    for row in rows.to_dict("records"):
        for group in ("responders", "non_responders"):
            n = int(str(row[f"{group}_n"]))
            population = f"non_response/W11/{group}"
            if row["characteristic"] in breakdowns:
                found[population, breakdowns[str(row["characteristic"])], str(row["level"])] = n
            found[population, "all", "all"] = max(n, found.get((population, "all", "all"), 0))
    names = ["population", "breakdown", "level", "people_n"]
    return pd.DataFrame([(*key, n) for key, n in found.items() if n], columns=names)


def released(*rows: dict[str, object], people: pd.DataFrame | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    counted = non_response_cells(frame, people_of(frame) if people is None else people, welcome_programme())
    return released_non_response(release(cells(counted), keys=quiet)).set_index(["characteristic", "level"])


def test_shares_of_a_group_come_from_its_shown_counts():
    rows = released(compared("sector", "primary", 62, 81), compared("sector", "secondary", 38, 19))
    assert rows["responders_n"].tolist() == [62, 38]
    assert rows["responders_value"].tolist() == pytest.approx([0.62, 0.38], abs=0.02)
    assert rows["non_responders_value"].tolist() == pytest.approx([0.81, 0.19], abs=0.02)
    named = {"level_label", "kpi_label", "characteristic_label"}
    assert {*rows.columns, *rows.index.names} == {*table_of("reporting.non_response").column_names} - named


def test_scores_and_differences_have_one_decimal():
    row = released(compared("score_before", "all", 62, 81, 6.789, 1.5)).iloc[0]
    assert (row["responders_value"], row["standardised_difference"]) == (6.8, 0.1)


def numbers(row: pd.Series) -> pd.Series:
    return row[[name for name in row.index if name.endswith(("_n", "_value", "_difference"))]]


@pytest.mark.attack("A12")
@pytest.mark.parametrize(("responders", "others"), [(10, 80), (80, 10), (0, 80)])
def test_a_part_with_few_people_in_either_group_is_withheld(responders, others):
    rows = released(compared("sector", "primary", responders, others), compared("sector", "other", 60, 60))
    withheld = rows.loc[[("sector", "primary")]].iloc[0]
    assert withheld["suppressed"]
    assert numbers(withheld).isna().all()


def test_people_are_counted_and_not_attendances():
    sizes = {"primary": (60, 80), "secondary": (70, 60), "other": (90, 90)}
    rows = [compared("sector", level, *both) for level, both in sizes.items()]
    people = people_of(pd.DataFrame(rows))
    assert not released(*rows, people=people)["suppressed"].any()
    people["people_n"] = people["people_n"].mask(people["level"] == "primary", 10)
    withheld = released(*rows, people=people)["suppressed"].to_dict()
    assert withheld == {
        ("sector", "other"): False,
        ("sector", "primary"): True,
        ("sector", "secondary"): False,
    }


def test_a_score_that_all_of_a_group_share_is_withheld():
    assert released(compared("score_before", "all", 62, 81, 6.0, 0.0))["suppressed"].all()


def test_without_anything_to_compare_nothing_is_released():
    frame = pd.DataFrame(columns=list(compared("sector", "primary", 1, 1)))
    counted = non_response_cells(frame, people_of(frame), welcome_programme())
    assert released_non_response(cells(counted)).empty
