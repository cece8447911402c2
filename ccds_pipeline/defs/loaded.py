"""The check that everything delivered is loaded, as those report it who find that something is not.

It hangs on the candidate, which it keeps back; it is evaluated in ``reporting``.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

CANDIDATE_KEY = dg.AssetKey(["reporting", "candidate"])
_SHOWN = 10


def loading_check(left: Sequence[str]) -> dg.AssetCheckEvaluation:
    """Return the failed check of deliveries that could not be loaded, for what tried in vain."""
    return dg.AssetCheckEvaluation(
        asset_key=CANDIDATE_KEY,
        check_name="everything_is_loaded",
        passed=False,
        metadata=outstanding_metadata(left),
        blocking=True,
    )


def outstanding_metadata(left: Sequence[str]) -> dict[str, str | int]:
    """Return how many deliveries are outstanding, and the first of them by name."""
    return {
        "outstanding_n": len(left),
        "outstanding": ", ".join(left[:_SHOWN]),
        "broken_rules": "delivery_is_loaded" if left else "none",
    }
