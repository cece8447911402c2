"""A delivery is judged file by file, and by the share of its rows that break a rule."""

from dataclasses import replace

import pytest

from ccds_pipeline.ingest.contract import CheckOutcome, judge_delivery
from ccds_pipeline.ingest.store.ledger import DeliveryAccount

SOUND = DeliveryAccount(
    files=2, refused=0, received=100, loaded=100, duplicate=0, excluded=0, rejected=0,
    unmapped_columns=0, unbalanced_files=0,
)  # fmt: skip


def judged(account: DeliveryAccount) -> dict[str, CheckOutcome]:
    return {outcome.name: outcome for outcome in judge_delivery(account)}


def test_a_sound_delivery_passes_every_check():
    assert all(outcome.passed for outcome in judged(SOUND).values())


def test_files_that_balance_only_together_do_not_pass():
    outcome = judged(replace(SOUND, unbalanced_files=2))["rows_are_accounted_for"]
    assert not outcome.passed
    assert not outcome.is_warning


@pytest.mark.parametrize(
    ("rejected", "passed", "is_warning"),
    [(2, True, True), (3, False, True), (10, False, True), (11, False, False)],
)
def test_rejected_rows_warn_above_two_per_cent_and_fail_above_ten(rejected, passed, is_warning):
    outcome = judged(replace(SOUND, loaded=100 - rejected, rejected=rejected))["rows_meet_the_contract"]
    assert (outcome.passed, outcome.is_warning) == (passed, is_warning)


def test_a_refused_file_fails():
    assert not judged(replace(SOUND, refused=1))["every_file_is_readable"].passed
