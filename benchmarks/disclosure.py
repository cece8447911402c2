"""Attack the candidate of a warehouse by linear programs; print what is shown and what an attacker finds.

Run with ``python benchmarks/disclosure.py DATA``, after ``ccds run`` into that folder. The table is that
of the decision for cell keys in PRIVACY.md.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.bias import share_error
from ccds_pipeline.release.cells import release_cells
from ccds_pipeline.release.protection import exact_cells
from ccds_pipeline.schemas.readings import SHARE, TOO_FEW_PAIRS
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.reconstruction.attack import Attack, attack, found_n, places

LARGE = 200


@dataclass(frozen=True)
class Candidate:
    """What a candidate is made of: rows of ``kpi.kpi``, the exact cells, what is shown, places and rules."""

    kpis: pd.DataFrame
    cells: pd.DataFrame
    shown: pd.DataFrame
    places: pd.DataFrame
    rules: ReleaseRules


def main(data: Path) -> None:
    """Print one line for each figure of the decision."""
    candidate = candidate_of(data)
    start = time.process_time()
    found = attack_on(candidate)
    _print(candidate.kpis, candidate.shown, found, time.process_time() - start)


def candidate_of(data: Path) -> Candidate:
    """Return the candidate that the last run left in a data folder."""
    programme = load_programme(default_programme_file())
    with open_warehouse(data / "warehouse.duckdb", read_only=True) as engine, engine.connect() as connection:
        kpis = read_frame(connection, table_of("kpi.kpi"))
        cells = exact_cells(release_cells(connection, kpis, programme, _basis(kpis)))
        shown = read_frame(connection, table_of("ops.candidate_cell"))
        return Candidate(kpis, cells, shown, places(connection), programme.release)


def attack_on(candidate: Candidate, *, moved: int = 0) -> Attack:
    """Return what linear programs find in it, whose cells so many people may have left or joined since."""
    state = (candidate.cells, candidate.shown, candidate.places, candidate.rules)
    return attack(*state, large=LARGE, moved=moved)


def _basis(kpis: pd.DataFrame) -> Basis:
    row = kpis.iloc[0]
    return Basis(pd.Timestamp(row["as_of"]).date(), str(row["data_version"]))


def _print(kpis: pd.DataFrame, shown: pd.DataFrame, found: Attack, seconds: float) -> None:
    shares = shown[(shown["unit"] == SHARE.name) & (shown["breakdown"] != "session")]
    shares = shares[shares["reason"] != TOO_FEW_PAIRS]
    error = share_error(kpis, shown)
    rows = {
        "cells": len(shown),
        "share cells outside sessions": len(shares),
        "of these shown": int((~shares["suppressed"]).sum()),
        "with a value": int(shares["value"].notna().sum()),
        "mean error of values, points": f"{100 * (error.mean or np.nan):+.3f}",
        "its standard error": f"{100 * (error.standard_error or np.nan):.3f}",
        "counts of 1 to 7": found.small_n,
        "of these found exactly": found_n(found.small),
        "narrower than 3": len(found.small),
        f"numbers of 8 to {LARGE - 1}": found.sizes_n,
        "of these found exactly ": found_n(found.sizes),
        "fewer than five counts agree": len(found.sizes),
        "CPU seconds of the attack": f"{seconds:.1f}",
    }
    for name, figure in rows.items():
        print(f"{name:<32} {figure:>10}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
