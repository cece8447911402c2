"""The next release, cell by cell: what the rules allow, and what earlier releases hold.

Counts are perturbed and cells withheld (``protection``), parts that hold nearly everybody of another go
(``differencing``), and what too few people changed stays as it was (``ledger``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.deidentify.detector import scan_texts
from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.reference.tables import shipped_rows
from ccds_pipeline.release import ledger
from ccds_pipeline.release.cell_keys import present_cell_keys
from ccds_pipeline.release.cells import rules_of
from ccds_pipeline.release.differencing import parts_open_to_differencing
from ccds_pipeline.release.protection import KEY, exact_cells, release_kpis, withhold
from ccds_pipeline.release.suppression import WITHHELD, alike_answers
from ccds_pipeline.schemas.readings import WHOLE
from ccds_pipeline.schemas.register import table_of

_LEAST_SHOWN = 3
"""A breakdown is released if at least one of so many levels is shown."""

_PART = ["breakdown", "level"]

OPEN_TO_DIFFERENCING = "near_part"
"""Reason of a part that holds nearly everybody of another one."""


def candidate_cells(
    connection: sa.Connection, exact: pd.DataFrame, rules: ReleaseRules, *, sensitive: AbstractSet[str]
) -> pd.DataFrame:
    """Return the next release: rows of ``ops.candidate_cell``, in the order of their keys.

    Args:
        connection: A transaction on the warehouse, after ``release.ledger.count_contributions``.
        exact: Rows of ``kpi.kpi`` that may leave at all, and cells beside them, with their ``population``.
        rules: Thresholds.
        sensitive: Identifiers of KPIs whose item is sensitive.
    """
    cells = exact_cells(exact).assign(rules=rules_of(rules))
    fresh = release_kpis(
        exact,
        present_cell_keys(connection),
        rules=rules,
        alike=alike_answers(connection),
        sensitive=sensitive,
    )
    near = _open_to_differencing(connection, cells, rules)
    fresh = withhold(
        fresh, fresh["suppression_reason"].mask(near & ~fresh["suppressed"], OPEN_TO_DIFFERENCING)
    )
    earlier = ledger.earlier_cells(connection, cells, rules)
    shown, carried_forward = _with_earlier(fresh, earlier)
    rows = shown.assign(
        population=cells["population"],
        rules=cells["rules"],
        release_n=ledger.next_number(connection),
        is_carried_forward=carried_forward,
        reason=shown["suppression_reason"].mask(carried_forward, "released_earlier"),
    )
    rows["reason"] = rows["reason"].where(rows["suppressed"])
    return _with_vanished(rows, earlier)


def released_columns(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of ``kpi.kpi`` of a candidate's cells, as readers get them."""
    return cells[table_of("kpi.kpi").column_names]


def without_blank_walls(released: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without those of breakdowns that say nothing: of one level, or mostly withheld.

    What is left out follows from the rows alone, so that its absence says no more than they did.
    """
    breakdowns = released.groupby(["kpi_id", "estimand", "wave", "breakdown"])["suppressed"]
    levels_n, withheld_n = breakdowns.transform("size"), breakdowns.transform("sum")
    says_something = (levels_n > 1) & (levels_n - withheld_n >= levels_n / _LEAST_SHOWN)
    return released[(released["breakdown"] == WHOLE) | says_something]


def fingerprint_of(tables: Iterable[pd.DataFrame]) -> str:
    """Return a hash of what readers would see; the same data gives the same at any time."""
    content = hashlib.sha256()
    for table in tables:
        shown = table[[name for name in table.columns if name != "run_id"]]
        content.update(shown.sort_values(list(shown.columns)).to_csv(index=False).encode())
    return content.hexdigest()[:32]


def _open_to_differencing(connection: sa.Connection, cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    """Return which cells hold all but a few of the people of another cell of the same population."""
    near = pd.Series(data=False, index=cells.index)
    numbered = cells.assign(part=cells.groupby(_PART).ngroup())
    places = ledger.levels_of_places(connection).merge(numbered[[*_PART, "part"]].drop_duplicates(), on=_PART)
    for population, here in numbered[numbered["population"] != ""].groupby("population"):
        inner = parts_open_to_differencing(
            ledger.members(connection, str(population)),
            places[places["part"].isin(here["part"].unique())],
            minimum_people=rules.minimum_people,
        )
        near[here.index] = here["part"].isin(inner)
    return near


def _with_earlier(fresh: pd.DataFrame, earlier: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return the cells with earlier columns where these are carried forward, and which those are."""
    names = [name for name in table_of("kpi.kpi").column_names if name not in KEY]
    by_key = earlier.set_index(KEY)[names]
    keys = pd.MultiIndex.from_frame(fresh[KEY])
    carried_forward = pd.Series(keys.isin(by_key.index), index=fresh.index)
    shown = fresh.copy()
    kept = by_key.loc[keys[carried_forward]]
    for name in names:
        column = shown[name].astype("object")
        column[carried_forward] = kept[name].astype("object").to_numpy()
        shown[name] = column.astype(fresh[name].dtype) if name != "as_of" else column
    return shown, carried_forward


def _with_vanished(rows: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Add the cells that nobody is in any more, but that too few left for it to be shown."""
    is_known = pd.MultiIndex.from_frame(earlier[KEY]).isin(pd.MultiIndex.from_frame(rows[KEY]))
    vanished = earlier[~is_known]
    # control: cells that a few people left stand
    if len(vanished):
        vanished = vanished.assign(
            is_carried_forward=True,
            reason=vanished["suppressed"].map({True: "released_earlier", False: None}),
        )
        together = pd.concat([rows.astype("object"), vanished.astype("object")], ignore_index=True)
        rows = together.astype(rows.dtypes.to_dict())
    public = pd.Series(WITHHELD, index=rows.index).where(rows["suppressed"].astype("bool"))
    ordered = rows.assign(suppression_reason=public).sort_values(KEY, ignore_index=True)
    return ordered[table_of("ops.candidate_cell").column_names]


# Written by this package alone, of digits and letters that can look like any number.
_MADE_HERE = frozenset(
    {
        "release_id", "run_id", "data_version", "code_version", "tables_version", "ci_method", "value_text",
        "interval_text", "map_code", "number_format",
    }
)  # fmt: skip
_REFERENCE_TABLES = ("organisations", "regions", "icbs", "sectors", "care_settings", "staff_groups")


def refuse_identifiers(tables: Mapping[str, pd.DataFrame], *, declared: Collection[str]) -> None:
    """Make sure that no text cell of a release shows an identifier.

    Args:
        tables: The tables to be released, by name.
        declared: Texts that somebody wrote to be published, such as those of the programme file. They
            and the labels of the reference tables may look like anything.

    Raises:
        CheckFailedError: If a cell does; names table, column, kind and number of cells, never a text.
    """
    rows = (row for table in _REFERENCE_TABLES for row in shipped_rows(table))
    known = frozenset(declared).union(*(row.values() for row in rows))
    found = [
        f"{table}.{column}: {kind} in {n} cells"
        for table, frame in tables.items()
        for column in frame.columns.difference(list(_MADE_HERE))
        for kind, n in scan_texts(frame[column][~frame[column].isin(known)]).itertuples(index=False)
    ]
    # control: the second detector refuses
    if found:
        raise CheckFailedError(
            f"what would be released shows identifiers ({'; '.join(found)})",
            rule="release_shows_no_identifier",
            remedy="Find out how a text reached that column, correct that, and release again.",
        )
