"""Counts of the ideal evaluator → the KPI values that the pipeline must find, to the last digit.

Each value is the formula as the KPI page writes it, computed from whole numbers; nothing here comes from
the pipeline's SQL or rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ccds_pipeline.synthetic.answers import CONFIDENCE, OWN_WELLBEING, POST_ITEMS, SUPPORTING_COLLEAGUES
from ccds_pipeline.synthetic.records import Wave
from ccds_pipeline_tests.truth.tally import WAVES, Counts, Level, Tally

_REACH = ("persons", "attendances", "unidentified_attendances", "bookings", "cancellations", "no_shows")
_KINDS_OF_LINK = ("reference", "email", "code", "near_code", "ambiguous", "collided", "unmatched")
_FOLLOW_UP_STATES = ("responded_in_window", "responded_late", "due", "not_yet_due", "lapsed", "withdrawn")
_TOP_TWO = (4, 5)
_OPTIONS = 5
_HIGH_SCORE, _SCALE_RANGE = 8, 10
# KPI, wave, item, favourable places.
_TOP_SHARES: tuple[tuple[str, Wave, int, tuple[int, ...]], ...] = (
    ("K04", "post", POST_ITEMS.index("overall_experience"), _TOP_TWO),
    ("K05", "post", POST_ITEMS.index("overall_experience"), _TOP_TWO),
    ("K06", "post", POST_ITEMS.index("overall_experience"), _TOP_TWO),
    ("K07", "post", POST_ITEMS.index("recommend"), (2,)),
    ("K08", "post", POST_ITEMS.index("materials_clear"), _TOP_TWO),
    ("K09", "post", POST_ITEMS.index("aims_met"), _TOP_TWO),
    ("K10", "post", POST_ITEMS.index("skills_useful"), _TOP_TWO),
    ("K11", "post", POST_ITEMS.index("facilitator_expertise"), _TOP_TWO),
    ("K12", "post", POST_ITEMS.index("facilitator_communication"), _TOP_TWO),
    ("K16", "follow_up", 0, _TOP_TWO),
)
_MEANS = (("K13", OWN_WELLBEING), ("K14", SUPPORTING_COLLEAGUES))


class Figure(NamedTuple):
    """One value of one KPI in one part of one breakdown.

    ``numerator`` and ``denominator`` are None where the value is not a ratio of two counts.
    """

    kpi_id: str
    estimand: str
    wave: str
    numerator: int | None
    denominator: int | None
    eligible_n: int
    value: float


def kpis(tally: Tally) -> list[dict[str, object]]:
    """Return every KPI value, of the whole and then of each level of each breakdown.

    A KPI has no row for a level where its denominator is zero; the counts of K01 have one for each
    level where somebody booked or attended.
    """
    return [
        {**figure._asdict(), **level._asdict()}
        for level, counts in sorted(tally.levels().items(), key=_overall_first)
        for figure in (*_figures(counts), *(_any_time(counts) if level.breakdown == "all" else ()))
    ]


def _overall_first(item: tuple[Level, Counts]) -> tuple[bool, Level]:
    level, _ = item
    return level.breakdown != "all", level


def _figures(counts: Counts) -> Iterator[Figure]:
    yield from _reach(counts)
    if counts.simple["persons"] == 0:
        return
    yield from _rates(counts)
    for kpi_id, wave, item, favourable in _TOP_SHARES:
        yield from _top_share(counts, kpi_id, wave=wave, item=item, favourable=favourable)
    for kpi_id, item in _MEANS:
        yield from _mean(counts, kpi_id, item=item)
    yield from _change(counts)


def _reach(counts: Counts) -> Iterator[Figure]:
    persons = counts.simple["persons"]
    for estimand in _REACH:
        value = counts.simple[estimand]
        yield Figure("K01", estimand, "all", value, value, persons, value)


def _rates(counts: Counts) -> Iterator[Figure]:
    n = counts.simple
    persons, returned = n["persons"], n["respondents.post"]
    yield Figure("K02", "persons", "post", returned, returned, persons, returned)
    for wave in ("post", "follow_up"):
        answered = n[f"respondents.{wave}"]
        yield Figure("K03", "rate", wave, answered, persons, persons, answered / persons)
    for state in _FOLLOW_UP_STATES:
        attendances = n[f"follow_up.{state}"]
        yield Figure("K17", state, "follow_up", attendances, attendances, n["attendances"], attendances)
    if n["due"]:
        covered = n["in_window"] / n["due"]
        yield Figure("K17", "rate", "follow_up", n["in_window"], n["due"], n["attendances"], covered)


def _top_share(
    counts: Counts, kpi_id: str, *, wave: Wave, item: int, favourable: tuple[int, ...]
) -> Iterator[Figure]:
    row, eligible = counts.answers[wave][item], counts.simple[f"asked.{wave}"]
    valid, good = _valid(row), sum(row[position] for position in favourable)
    if not valid:
        return
    yield Figure(kpi_id, "share", wave, good, valid, eligible, good / valid)
    if kpi_id == "K06":
        total = _sum(row)
        yield Figure(kpi_id, "mean_of_maximum", wave, None, valid, eligible, total / valid / _OPTIONS)


def _any_time(counts: Counts) -> Iterator[Figure]:
    """K16 once more, with the follow-ups outside the window."""
    row, eligible = counts.answers["any_time"][0], counts.simple["asked.any_time"]
    valid, good = _valid(row), sum(row[position] for position in _TOP_TWO)
    if valid:
        yield Figure("K16", "share_any_time", "follow_up", good, valid, eligible, good / valid)


def _mean(counts: Counts, kpi_id: str, *, item: int) -> Iterator[Figure]:
    row, eligible = counts.answers["post"][item], counts.simple["responses.post"]
    n = _valid(row)
    if n:
        total, high, top = _sum(row), sum(row[_HIGH_SCORE : _SCALE_RANGE + 1]), row[_SCALE_RANGE]
        yield Figure(kpi_id, "mean", "post", total, n, eligible, total / n)
        yield Figure(kpi_id, "share_high", "post", high, n, eligible, high / n)
        yield Figure(kpi_id, "share_maximum", "post", top, n, eligible, top / n)
    if kpi_id == "K14" and counts.simple["wellbeing_pairs"]:
        difference, pairs = counts.simple["wellbeing_difference"], counts.simple["wellbeing_pairs"]
        yield Figure(kpi_id, "paired_difference", "post", difference, pairs, eligible, difference / pairs)


def _change(counts: Counts) -> Iterator[Figure]:
    eligible, pairs = counts.simple["attendances"], counts.simple["pairs"]
    pairs_before = counts.simple["pairs_before"]
    gained = counts.simple["pairs_after"] - pairs_before
    if pairs_before:
        yield Figure("K15", "E1", "post", None, pairs, eligible, gained / pairs_before)
    if pairs:
        yield Figure("K15", "E3", "post", None, pairs, eligible, gained / pairs / _SCALE_RANGE)
    before, after = counts.answers["pre"][0], counts.answers["post"][CONFIDENCE]
    if _sum(before) and _valid(after):
        mean_before, mean_after = _sum(before) / _valid(before), _sum(after) / _valid(after)
        change = (mean_after - mean_before) / mean_before
        yield Figure("K15", "E5", "post", None, _valid(before) + _valid(after), eligible, change)


def _valid(row: list[int]) -> int:
    return sum(row[: _SCALE_RANGE + 1])


def _sum(row: list[int]) -> int:
    return sum(value * n for value, n in enumerate(row[: _SCALE_RANGE + 1]))


def links(tally: Tally) -> list[dict[str, object]]:
    """Return how many loaded responses took each way, and how many led to the writer and session meant."""
    return [
        {"wave": wave, "tier": tier, "state": state, "is_right": is_right, "responses_n": n}
        for (wave, tier, state, is_right), n in sorted(tally.links.items())
    ]


def link_quality(tally: Tally) -> list[dict[str, object]]:
    """Return how each wave was linked, as the pipeline's table says it."""
    rows: list[dict[str, object]] = []
    for position, wave in enumerate(WAVES):
        counts = {f"{kind}_n": tally.link_quality[wave, kind] for kind in _KINDS_OF_LINK}
        pairs = tally.pairs[wave] if position else None
        rows.append({"wave": wave, "eligible_n": sum(counts.values()), **counts, "pairs_n": pairs})
    return rows
