"""How responses were linked, and who did not answer, as it may be published."""

from __future__ import annotations

import pandas as pd
import pytest

from ccds_pipeline.privacy.release_counts import release_link_quality, release_non_response
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.schemas.kpi import LINK_QUALITY, REPORTING_LINK_QUALITY


@pytest.mark.attack("A12")
@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (1002, 1000)]
)
def test_counts_are_rounded_and_small_ones_empty(count, shown):
    row = dict.fromkeys(LINK_QUALITY.column_names, 100) | {"wave": "post", "phase": "all", "code_n": count}
    released = release_link_quality(pd.DataFrame([row]), rules=ReleaseRules())
    assert list(released.columns) == REPORTING_LINK_QUALITY.column_names
    value = released["code_n"].iloc[0]
    assert pd.isna(value) if shown is None else value == shown


def test_pairs_are_not_released():
    assert "pairs_n" not in REPORTING_LINK_QUALITY.column_names


def compared(
    characteristic: str, level: str, responders: int, others: int, value: float = 0.5
) -> dict[str, object]:
    return {
        "kpi_id": "K16", "characteristic": characteristic, "level": level, "responders_n": responders,
        "non_responders_n": others, "responders_value": value, "non_responders_value": value + 0.123,
        "standardised_difference": 0.123, "level_label": level, "suppressed": False,
    }  # fmt: skip


def test_shares_of_a_group_come_from_its_rounded_counts():
    rows = pd.DataFrame([compared("sector", "primary", 62, 81), compared("sector", "secondary", 38, 19)])
    released = release_non_response(rows, rules=ReleaseRules())
    assert released["responders_n"].tolist() == [60, 40]
    assert released["responders_value"].tolist() == [0.6, 0.4]
    assert released["non_responders_value"].tolist() == [0.8, 0.2]


def test_scores_and_differences_have_one_decimal():
    released = release_non_response(
        pd.DataFrame([compared("score_before", "all", 62, 81, 6.789)]), rules=ReleaseRules()
    )
    row = released.iloc[0]
    assert (row["responders_value"], row["standardised_difference"]) == (6.8, 0.1)


@pytest.mark.attack("A12")
@pytest.mark.parametrize(("responders", "others"), [(10, 80), (80, 10), (0, 80)])
def test_a_part_with_few_people_in_either_group_is_withheld(responders, others):
    rows = pd.DataFrame(
        [compared("sector", "primary", responders, others), compared("sector", "other", 60, 60)]
    )
    withheld = release_non_response(rows, rules=ReleaseRules()).iloc[0]
    assert withheld["suppressed"]
    numbers = [name for name in withheld.index if name.endswith(("_n", "_value", "_difference"))]
    assert withheld[numbers].isna().all()
