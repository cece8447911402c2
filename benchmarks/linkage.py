"""Measure how well responses are linked to people, against demonstrations with planted links.

Prints the link-quality table, and precision and recall of links and of pairs, for several seeds; what
exactly is measured stands in ``ccds_pipeline_tests/support/linkage.py``. Ends with 1 where overall precision
is below 0.995 for links, or overall recall below 0.95 for links or pairs.
Usage: python benchmarks/linkage.py [PARTICIPANTS [SEED …]]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas as pd

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.programme.load import default_programme_file
from ccds_pipeline_tests.support.commands import kpis_without_dagster
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.linkage import link_scores, measured_links, pair_scores
from ccds_pipeline_tests.truth.planted import write_with_truth

PARTICIPANTS, SEEDS = 2_400, (1, 2, 3)
LEAST_PRECISION, LEAST_RECALL, LEAST_PAIR_RECALL = 0.995, 0.95, 0.95


def main(participants: int, seeds: tuple[int, ...]) -> int:
    """Print the tables of each seed and return the exit code."""
    is_enough = True
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            tables = _measure(Path(folder), participants, seed)
            for scores, least_recall in zip(tables, (LEAST_RECALL, LEAST_PAIR_RECALL), strict=True):
                precision, recall = scores.loc["overall", ["precision", "recall"]].to_numpy("float64")
                is_enough = is_enough and bool(precision >= LEAST_PRECISION and recall >= least_recall)
    return 0 if is_enough else 1


def _measure(folder: Path, participants: int, seed: int) -> list[pd.DataFrame]:
    landing, data = folder / "landing", folder / "data"
    write_with_truth(landing, participants=participants, seed=seed)
    started = time.perf_counter()
    kpis_without_dagster(landing, data, default_programme_file())
    print(f"\n{participants:,} participants, seed {seed}: {time.perf_counter() - started:.1f} s\n")
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        quality = connection.execute("SELECT * FROM kpi.link_quality ORDER BY eligible_n DESC").df()
    print(quality.to_string(index=False))
    links = measured_links(landing, data / "warehouse.duckdb", Pseudonymiser(bytes.fromhex(KEY)))
    tables = [link_scores(links), pair_scores(links)]
    for title, scores in zip(("Links", "Pairs of pre and post"), tables, strict=True):
        print(f"\n{title}\n{scores.to_string(float_format='{:.4f}'.format, na_rep='')}")
    return tables


if __name__ == "__main__":
    given = list(map(int, sys.argv[1:]))
    sys.exit(main(given[0] if given else PARTICIPANTS, tuple(given[1:]) or SEEDS))
