"""Judge a delivery: does it balance, could it be read, how much was rejected, did its columns change?

The account itself is the ledger's (``ingest.store.ledger``), the comparison of columns is made in
``ingest.store.drift``; how results are shown is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ccds_pipeline.ingest.store.drift import Drift
from ccds_pipeline.ingest.store.ledger import DeliveryAccount, GivenAnswers

# Shares of received rows, or of the answers to a question, that break a rule: start values, to be set by
# experience.
WARN_ABOVE, FAIL_ABOVE = 0.02, 0.10


@dataclass(frozen=True)
class CheckOutcome:
    """One check of one delivery.

    ``counts`` says why, without any value of a row; ``rules`` names what was broken, where one check has
    several rules; ``days`` are those of the deliveries that did not pass, where several are judged at once.
    ``advice`` is a sentence on what to do about it.
    """

    name: str
    passed: bool
    is_warning: bool
    counts: dict[str, int | float]
    rules: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    advice: str = ""


def judge_delivery(account: DeliveryAccount) -> tuple[CheckOutcome, ...]:
    """Return the outcomes of the three checks of a loaded delivery."""
    share = account.rejected / account.received if account.received else 0.0
    return (
        CheckOutcome(
            "rows_are_accounted_for",
            passed=account.is_balanced,
            is_warning=False,
            counts=_counts(
                account,
                "unbalanced_files",
                "received",
                "loaded",
                "duplicate",
                "excluded",
                "rejected",
                "withdrawn",
            ),
        ),
        CheckOutcome(
            "rows_meet_the_contract",
            passed=share <= WARN_ABOVE,
            is_warning=share <= FAIL_ABOVE,
            counts={
                **_counts(account, "rejected"),
                "rejected_share": share,
                "warn_above": WARN_ABOVE,
                "fail_above": FAIL_ABOVE,
                **_counts(account, "employers_not_listed", "employers_closed"),
            },
        ),
        CheckOutcome(
            "every_file_is_readable",
            passed=account.refused == 0,
            is_warning=False,
            counts=_counts(account, "files", "refused"),
        ),
    )


def _counts(account: DeliveryAccount, *names: str) -> dict[str, int | float]:
    return {name: getattr(account, name) for name in names}


def judge_answers(questions: Sequence[GivenAnswers]) -> CheckOutcome:
    """Return the outcome of the check of a delivery's answers: a warning while few are not understood.

    It names the questions; the rest of the responses is loaded.
    """
    unread = [question for question in questions if question.not_understood]
    worst = max((question.not_understood / question.given for question in unread), default=0.0)
    return CheckOutcome(
        "answers_are_understood",
        passed=not unread,
        is_warning=worst <= FAIL_ABOVE,
        counts={
            "not_understood": sum(question.not_understood for question in unread),
            "highest_share": worst,
            "fail_above": FAIL_ABOVE,
        },
        rules=tuple(question.question_id for question in unread),
    )


def judge_columns(drift: Drift) -> CheckOutcome:
    """Return the outcome of the check of a delivery's columns: a warning, since all of it was loaded.

    Another order of known columns changes nothing and is only counted.
    """
    new = ("new_column",) if drift.new_columns else ()
    names = ", ".join(drift.missing_columns)
    missing = (f"optional_column_missing ({names})",) if names else ()
    return CheckOutcome(
        "columns_are_as_before",
        passed=not (new or missing),
        is_warning=True,
        counts={
            "new_columns": drift.new_columns,
            "missing_optional_columns": len(drift.missing_columns),
            "new_layouts": drift.new_layouts,
        },
        rules=(*new, *missing),
    )


def over_deliveries(judged: Mapping[date, Sequence[CheckOutcome]]) -> tuple[CheckOutcome, ...]:
    """Return one outcome per check over several deliveries: it passes if it does for each of them.

    Counts are added up; of a share, the highest is given.
    """
    return tuple(
        _over_days(dict(zip(judged, same, strict=True))) for same in zip(*judged.values(), strict=True)
    )


def _over_days(by_day: Mapping[date, CheckOutcome]) -> CheckOutcome:
    failed = {day: outcome for day, outcome in by_day.items() if not outcome.passed}
    first = next(iter(by_day.values()))
    return CheckOutcome(
        first.name,
        passed=not failed,
        is_warning=all(outcome.is_warning for outcome in failed.values()),
        counts={name: _total([outcome.counts[name] for outcome in by_day.values()]) for name in first.counts},
        rules=tuple(dict.fromkeys(rule for outcome in failed.values() for rule in outcome.rules)),
        days=tuple(failed),
    )


def _total(numbers: Sequence[int | float]) -> int | float:
    return max(numbers) if isinstance(numbers[0], float) else sum(numbers)
