"""Measure the statistics: time, ratio to a baseline, and peak memory, at 2,400 and 1,000,000 pairs.

The baseline is a plain mean and standard deviation of both scores over the expanded arrays, in the same
process; the statistics start from counts. Scores are invented. Usage: python benchmarks/kpi_statistics.py
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from ccds_pipeline.kpi.rules.rule import rule_of
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.statistics.agreement import cohens_kappa
from ccds_pipeline.statistics.bootstrap import Sample, bca_interval, resample, resample_singly
from ccds_pipeline.statistics.control_charts import share_funnel, xmr_chart
from ccds_pipeline.statistics.counts import Aggregates, CellCounts, cell_counts
from ccds_pipeline.statistics.intervals import Floats, wilson
from ccds_pipeline.statistics.non_response import compare_groups, weighted_share
from ccds_pipeline.statistics.pair_sums import mean_relative_change, pair_values, relative_change
from ccds_pipeline.statistics.signed_rank import hodges_lehmann, wilcoxon_p
from ccds_pipeline_tests.support.pair_counts import session_tables

SIZES = (2_400, 1_000_000)
PARTS = 10_000
_IN_SESSION = 20
_ROW = "{:<44} {:>11,.2f} {:>10,.1f} {:>9.1f}"


def main() -> None:
    """Print one line per statistic and size."""
    print(f"{'statistic':<44} {'ms':>11} {'ratio':>10} {'peak MB':>9}")
    for pairs_n in SIZES:
        print(f"\n{pairs_n:,} pairs in sessions of {_IN_SESSION}")
        before, after = scores(pairs_n)
        _print_all(_statistics(before, after), partial(plain, before, after))
    print(f"\n{PARTS:,} parts of about {_IN_SESSION} pairs")
    before, after = scores(PARTS * _IN_SESSION)
    parts = np.random.default_rng(2).integers(0, PARTS, len(before))
    tables = aggregates(before, after, parts=parts)
    _print_all({"all readings of a change": lambda: every_reading(tables)}, partial(plain, before, after))


def scores(pairs_n: int) -> tuple[Floats, Floats]:
    """Return invented scores from 0 to 10 before and after, in which most rise a little."""
    random = np.random.default_rng(1)
    before = np.clip(random.normal(6, 2, pairs_n).round(), 0, 10)
    return before, np.clip(before + random.normal(1.4, 1.5, pairs_n).round(), 0, 10)


def plain(before: Floats, after: Floats) -> list[float]:
    """Return what the baseline computes."""
    return [before.mean(), before.std(ddof=1), after.mean(), after.std(ddof=1)]


def aggregates(before: Floats, after: Floats, *, parts: np.ndarray | None = None) -> Aggregates:
    """Return the count tables that ``sql/kpi`` would give; ``parts`` says to which part each pair belongs."""
    pairs = pd.DataFrame({"kpi_id": "K15", "score_before": before, "score_after": after})
    pairs = pairs.assign(is_first_tier=np.arange(len(before)) % 3 > 0, breakdown="all", level="all")
    pairs["session_code"] = np.char.add("s", (np.arange(len(before)) // _IN_SESSION).astype("str"))
    whole = pairs
    if parts is not None:
        names = np.char.add("p", parts.astype("str"))
        pairs = pd.concat([pairs, pairs.assign(breakdown="session", level=names)])
    part = ["kpi_id", "breakdown", "level"]
    cells = pairs.groupby([*part, "score_before", "score_after", "is_first_tier"]).size()
    sessions = whole.groupby([*part, "session_code"]).agg(
        pairs_n=("score_before", "size"), before_sum=("score_before", "sum"), after_sum=("score_after", "sum")
    )
    people = pairs.groupby(part).size().reset_index(name="people_n")
    state = people.assign(blank_n=0, not_applicable_n=0, eligible_n=people["people_n"])
    given = [
        pairs.groupby([*part, f"score_{item}"]).size().reset_index(name="answers_n").assign(item=item)
        for item in ("before", "after")
    ]
    numbers = {
        "pair": pairs["score_after"] - pairs["score_before"],
        "before": pairs["score_before"],
        "after": pairs["score_after"],
    }
    spread = pd.concat(pairs.assign(item=item, item_value=value) for item, value in numbers.items())
    return session_tables(spread) | {
        "pair_count": cells.reset_index(name="pairs_n"),
        "pair_session": sessions.reset_index(),
        "score_state": pd.concat([state.assign(item=item) for item in ("before", "after", "pair")]),
        "score_count": pd.concat(
            scores.rename(columns={f"score_{item}": "score"})
            for scores, item in zip(given, ("before", "after"), strict=True)
        ),
        "reach_count": people.rename(columns={"people_n": "attendances_n"}),
    }


def every_reading(tables: Aggregates) -> pd.DataFrame:
    """Return all rows of the change."""
    programme = load_programme(default_programme_file())
    (change,) = (kpi for kpi in programme.kpis if kpi.id == "K15")
    return rule_of(change, programme).estimates(tables)


def _statistics(before: Floats, after: Floats) -> dict[str, Callable[[], object]]:
    tables = aggregates(before, after)
    rows = tables["pair_count"]
    pairs = cell_counts(
        rows, rows[["breakdown", "level"]].head(1), scores=["score_before", "score_after"], n="pairs_n"
    )
    sample = Sample(pair_values(pairs.cells, confident=7), pairs.counts[0])
    draws = resample([sample])
    sessions = tables["pair_session"][["pairs_n", "before_sum", "after_sum"]].to_numpy(dtype=float)
    gains = pairs.of(pairs.cells[:, 1] - pairs.cells[:, 0])
    cells = _response_cells(len(before))
    return {
        "Wilson interval of E6": lambda: wilson(pairs.where(pairs.cells[:, 1] > pairs.cells[:, 0]), pairs.n),
        "Wilcoxon p": lambda: wilcoxon_p(gains),
        "Hodges–Lehmann with interval": lambda: hodges_lehmann(gains),
        "2,000 draws of pairs": lambda: resample([sample]),
        "BCa of E1 from the draws": lambda: bca_interval(relative_change, [sample], draws),
        "BCa of E2 from the draws": lambda: bca_interval(mean_relative_change, [sample], draws),
        "2,000 draws of sessions": lambda: resample_singly(sessions),
        "all readings of a change": lambda: every_reading(tables),
        "weighted share with interval and bounds": lambda: weighted_share(cells, ["region", "before"]),
        "responders against the others": lambda: compare_groups(cells, ["region", "before"]),
        "kappa": lambda: cohens_kappa(_confusion(pairs)),
        "funnel of sessions": lambda: share_funnel(sessions[:, 0] // 2, sessions[:, 0]),
        "XmR chart of 120 months": lambda: xmr_chart(before[:120]),
    }


def _response_cells(due_n: int) -> pd.DataFrame:
    random = np.random.default_rng(3)
    cells = pd.DataFrame({"region": np.repeat(list("abcdefg"), 11), "before": np.tile(np.arange(11), 7)})
    cells["due_n"] = random.multinomial(due_n, np.full(len(cells), 1 / len(cells)))
    cells["responded_n"] = random.binomial(cells["due_n"], 0.3 + 0.04 * cells["before"])
    cells["valid_n"] = random.binomial(cells["responded_n"], 0.95)
    return cells.assign(favourable_n=random.binomial(cells["valid_n"], 0.5 + 0.04 * cells["before"]))


def _confusion(pairs: CellCounts) -> Floats:
    table = np.zeros((11, 11))
    before, after = pairs.cells.astype(int).T
    table[before, after] = pairs.counts[0]
    return table


def _print_all(statistics: dict[str, Callable[[], object]], baseline: Callable[[], object]) -> None:
    floor = _seconds(baseline)
    print(_ROW.format("baseline: mean and standard deviation", 1e3 * floor, 1, _peak_mb(baseline)))
    for name, compute in statistics.items():
        seconds = _seconds(compute)
        print(_ROW.format(name, 1e3 * seconds, seconds / floor, _peak_mb(compute)), flush=True)


def _seconds(compute: Callable[[], object]) -> float:
    """Return the best of three."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        compute()
        times.append(time.perf_counter() - started)
    return min(times)


def _peak_mb(compute: Callable[[], object]) -> float:
    """Return what was allocated at most beyond what was there before."""
    tracemalloc.start()
    compute()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
