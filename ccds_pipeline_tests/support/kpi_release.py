"""Releases of rows of ``kpi.kpi`` that no warehouse holds: with invented keys, or without any noise."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Set
from functools import cache

import numpy as np
import pandas as pd

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.cell_keys import CellKeys
from ccds_pipeline.release.perturbation import perturbed
from ccds_pipeline.release.protection import KEY, release_kpis

ALIKE = pd.DataFrame(columns=["kpi_id", "item", "breakdown", "level", "answers_n", "most_frequent_n"])
"""Nobody gave the same score as somebody else."""

_PART = ["population", "breakdown", "level"]
Noise = Callable[[pd.Series], tuple[int, int]]


def invented(row: pd.Series) -> tuple[int, int]:
    """Return keys that anything about a row decides, of everybody and of those whom its share counts."""
    named = "/".join(str(row[name]) for name in (*_PART, "estimand", "people_n"))
    return zlib.crc32(named.encode()), zlib.crc32(f"hits/{named}".encode())


def quiet(row: pd.Series) -> tuple[int, int]:
    """Return keys whose noise is 0, for the people of a row and for the smaller side of its share."""
    everybody = _quiet_key(int(row["denominator" if row["estimand"] == "theme" else "people_n"]))
    if pd.isna(row["numerator"]) or row["unit"] != "share":
        return everybody, 0
    hits, misses = int(row["numerator"]), int(row["denominator"] - row["numerator"])
    if hits <= misses:
        return everybody, _quiet_key(hits)
    return everybody, (everybody - _quiet_key(misses)) % 2**32


def release(
    kpis: pd.DataFrame,
    *,
    keys: Noise = invented,
    rules: ReleaseRules | None = None,
    alike: pd.DataFrame = ALIKE,
    sensitive: Set[str] = frozenset(),
) -> pd.DataFrame:
    """Release rows, each of a population of its own unless it has one."""
    rows = kpis if "population" in kpis else kpis.assign(population=_populations(kpis))
    return release_kpis(
        rows, keys_of(rows, keys), rules=rules or ReleaseRules(), alike=alike, sensitive=sensitive
    )


def keys_of(rows: pd.DataFrame, keys: Noise) -> CellKeys:
    """Return the keys of all rows; those of a population are decided by its first row, in order."""
    rows = rows.sort_values(KEY)
    made = [keys(row.fillna({"people_n": 0, "denominator": 0})) for _, row in rows.iterrows()]
    keyed = rows[[*_PART, "estimand", "kpi_id"]].assign(
        everybody=pd.Series([key for key, _ in made], rows.index, dtype="UInt64"),
        hits=pd.Series([key for _, key in made], rows.index, dtype="UInt64"),
    )
    outcome = keyed["estimand"].mask(
        keyed["estimand"] == "theme", keyed["kpi_id"].str.rsplit("/", n=1).str[-1]
    )
    hits = keyed.assign(outcome=outcome).drop_duplicates([*_PART, "outcome"])
    return CellKeys(
        keyed.drop_duplicates(_PART).set_index(_PART)["everybody"],
        hits.set_index([*_PART, "outcome"])["hits"],
    )


def _populations(kpis: pd.DataFrame) -> pd.Series:
    return (kpis["kpi_id"] + "/" + kpis["wave"].astype("str")).astype("str")


@cache
def _quiet_key(count: int) -> int:
    """Return a key that moves a count as little as possible; 1 and 2 never stay."""
    keys = pd.Series(np.arange(20_000) * 214_013 % 2**32, dtype="UInt64")
    changed = perturbed(pd.Series(float(count), keys.index), keys) - count
    return int(keys.to_numpy()[changed.abs().to_numpy().argmin()])
