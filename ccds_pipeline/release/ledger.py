"""The ledger of releases: what each cell was released as, and who contributed to it, in codes.

Comparing two releases would show what a single new answer was, so a released cell changes only when enough
people came or went since, and a claim about an earlier day that is a few people from the present, or from a
release, is not shown (PRIVACY.md P17). Who contributes to which cell is kept once per person and population,
not once per cell: ``ops.released_contribution`` says from which release to which one a contribution counted,
so the contributors of any cell at any earlier release are known. What a contribution is, is written in
``sql/ops``; which population a cell is of, in ``release.cells``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.schemas.readings import WHOLE
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import (
    append,
    create_temporary,
    driver_of,
    frame_of,
    insert_arrow,
    read_frame,
    readable,
)
from ccds_pipeline.warehouse.select_files import fill_tables, run_statement, select_statement, statement
from ccds_pipeline.warehouse.tables import create_tables, recreate_tables

_PART_OF_POPULATION = ("population", "breakdown", "level", "person_code", "place_code", "content_code")
_ROWS_HELD = "SELECT count(*) FROM ops.released_contribution"


def count_contributions(connection: sa.Connection) -> None:
    """Fill ``ops.contribution`` and ``ops.place_level`` from the KPI tables."""
    create_tables(connection, tables_of("ops", "release_ledger"))
    recreate_tables(connection, tables_of("ops", "candidate"))
    fill_tables(connection, (table_of("ops.contribution"), table_of("ops.place_level")), parameters={})


def members(connection: sa.Connection, population: str) -> pd.DataFrame:
    """Return who is in one population, and where: ``person_code``, ``place_code``."""
    found = sa.text("SELECT person_code, place_code FROM ops.contribution WHERE population = :population")
    return frame_of(connection.execute(found, {"population": population}))


def levels_of_places(connection: sa.Connection) -> pd.DataFrame:
    """Return the parts that each place of contributions lies in: ``place_code``, ``breakdown``, ``level``."""
    return read_frame(connection, table_of("ops.place_level"))


def people_in_parts(connection: sa.Connection, populations: str) -> pd.DataFrame:
    """Return how many different people are in each part of the populations that a pattern names.

    Returns:
        ``population``, ``breakdown``, ``level``, ``people_n``.
    """
    frame = frame_of(run_statement(connection, "release/people_in_parts", populations=populations))
    return frame.astype({"population": "str", "breakdown": "str", "level": "str", "people_n": "int64"})


def earlier_cells(connection: sa.Connection, cells: pd.DataFrame, rules: ReleaseRules) -> pd.DataFrame:
    """Return the cells that have to stay as they were released last, with their earlier columns.

    A cell is renewed if at least ``minimum_people`` different people came, went or changed their answer
    since, if its definition or the thresholds changed, or if nobody contributes to it. No change and a few
    changes look alike, so that the as-of date of a cell does not show whether somebody changed.

    Args:
        connection: To the warehouse, after ``count_contributions``.
        cells: Rows of the candidate with ``population`` and ``rules``.
        rules: Thresholds.

    Returns:
        Rows of ``ops.released_cell``, at most one for each cell; also of cells that the candidate lacks.
    """
    latest = _latest(connection)
    # A cell that nobody is in any more vanishes by the same rule; so the readings decide here, not the parts.
    same = ["kpi_id", "estimand", "wave", "definition_version", "population", "rules"]
    known = latest.merge(cells[same].drop_duplicates(), on=same)
    known = known[known["population"] != ""]
    changed = [_changes_since(connection, int(number)) for number in sorted(known["release_n"].unique())]
    if not changed:
        return known
    parts = ["population", "breakdown", "level", "release_n"]
    counted = known.merge(pd.concat(changed, ignore_index=True), on=parts, how="left")
    # control: cells stand until enough people changed
    is_held = counted["changed_n"].fillna(0) < rules.minimum_people
    return counted[is_held].drop(columns="changed_n")


def _latest(connection: sa.Connection) -> pd.DataFrame:
    columns = table_of("ops.released_cell").column_names
    latest = sa.text(
        f"SELECT {', '.join(columns)} FROM ops.released_cell QUALIFY row_number() OVER "
        f"(PARTITION BY {', '.join(table_of('kpi.kpi').key)} ORDER BY release_n DESC) = 1"
    )
    return pd.DataFrame(connection.execute(latest).all(), columns=columns)


def _changes_since(connection: sa.Connection, release_n: int) -> pd.DataFrame:
    """Return how many different people changed in each part since a release; parts without are left out."""
    rows = run_statement(connection, "release/changes_since", number=release_n).all()
    frame = pd.DataFrame(rows, columns=["population", "breakdown", "level", "changed_n"])
    return frame.assign(release_n=release_n)


def next_number(connection: sa.Connection) -> int:
    """Return the number of the next release, from 1."""
    following = sa.text("SELECT coalesce(max(release_n), 0) + 1 FROM ops.released_cell")
    return int(connection.execute(following).scalar_one())


def write_release(connection: sa.Connection) -> None:
    """Append what the candidate renews to the ledger, and take over who contributes."""
    condition = "WHERE NOT is_carried_forward AND population <> ''"
    renewed = sa.text(f"SELECT count(*) FROM ops.candidate_cell {condition}")
    # Where no cell is renewed, there is nothing to remember of this release.
    if not connection.execute(renewed).scalar_one():
        return
    number, columns = next_number(connection), ", ".join(table_of("ops.released_cell").column_names)
    connection.execute(
        sa.text(
            f"INSERT INTO ops.released_cell ({columns}) SELECT {columns} FROM ops.candidate_cell {condition}"
        )
    )
    run_statement(connection, "release/close_contributions", number=number)
    run_statement(connection, "release/enter_contributions", number=number)
    run_statement(connection, "release/keep_place_levels")


def forget_people(connection: sa.Connection, person_keys: Collection[str]) -> int:
    """Remove people from the ledger of contributions, with their noise keys; return how many rows that were.

    This is not counted as a change of the cells that they were in, so those stay as they are for longer.
    """
    create_tables(connection, tables_of("ops", "release_ledger"))
    deletion = sa.text(
        "DELETE FROM ops.released_contribution WHERE person_code IN :codes RETURNING person_code"
    ).bindparams(sa.bindparam("codes", expanding=True))
    codes = {"codes": [_code_of(key) for key in person_keys]}
    keys = sa.text("DELETE FROM ops.noise_key WHERE person_code IN :codes")
    connection.execute(keys.bindparams(sa.bindparam("codes", expanding=True)), codes)
    return len(connection.execute(deletion, codes).all())


def carry_contributions(old: sa.Connection, connection: sa.Connection, pairs: pd.DataFrame) -> int:
    """Copy the ledger of contributions into another warehouse, under other keys of the same people.

    Rows of people who have no new key are left out, as ``forget_people`` does it. Their noise keys stay what
    they were: new noise for the same people could be averaged with the old.

    Args:
        old: To the warehouse that the ledger is read from.
        connection: A transaction on the other one, whose ledger is empty.
        pairs: Keys of people, columns ``before`` and ``after``; further keys may be among them.

    Returns:
        How many rows were left out.
    """
    with readable(old, "new_code", pairs[["before", "after"]].map(_code_of)):
        read = driver_of(old).execute(statement("release/contributions_with_new_codes"))
        for rows in read.to_arrow_reader():
            insert_arrow(connection, pa.Table.from_batches([rows]), into="ops.released_contribution")
        read = driver_of(old).execute(statement("release/noise_keys_with_new_codes"))
        for rows in read.to_arrow_reader():
            insert_arrow(connection, pa.Table.from_batches([rows]), into="ops.noise_key")
    held, carried = (side.execute(sa.text(_ROWS_HELD)).scalar_one() for side in (old, connection))
    return int(held - carried)


def contributions(connection: sa.Connection, populations: Collection[str]) -> pd.DataFrame:
    """Return who contributes what to the whole of some populations as the KPI tables are now.

    Returns:
        ``population``, ``breakdown``, ``level``, and, in the codes of the ledger, ``person_code``,
        ``place_code`` and ``content_code``.
    """
    statement = sa.text(
        f"WITH contribution AS ({select_statement(table_of('ops.contribution'))}), "  # of code
        f"place AS ({select_statement(table_of('ops.place_level'))}) "
        f"SELECT {', '.join(_PART_OF_POPULATION)} FROM contribution INNER JOIN place USING (place_code) "
        "WHERE breakdown = :whole AND population IN :populations"
    ).bindparams(sa.bindparam("populations", expanding=True))
    return frame_of(connection.execute(statement, {"populations": list(populations), "whole": WHOLE}))


def open_to_differencing(
    connection: sa.Connection, earlier: pd.DataFrame, *, minimum_people: int
) -> pd.DataFrame:
    """Return the parts from which the present, or an earlier release, differs by a few people only.

    Args:
        connection: To the warehouse, after ``count_contributions``.
        earlier: Rows of ``contributions`` as of an earlier day.
        minimum_people: With fewer people between them, two states are too near (PRIVACY.md P17).

    Returns:
        ``population``, ``breakdown`` and ``level``, each once.
    """
    contribution, place_level = table_of("ops.contribution"), table_of("ops.place_level")
    known = (*contribution.columns, *place_level.columns)
    columns = {column.name: column for column in known if column.name in _PART_OF_POPULATION}
    table = replace(contribution, columns=tuple(columns.values()))
    create_temporary(connection, "earlier_contribution", table.columns)
    append(connection, table, earlier, into="earlier_contribution")
    rows = run_statement(connection, "release/open_to_differencing", minimum_people=minimum_people).all()
    return pd.DataFrame(rows, columns=["population", "breakdown", "level"])


def _code_of(person_key: str) -> int:
    """Return the code that ``sql/ops/contribution.sql`` makes of a person's key."""
    return int(hashlib.md5(person_key.encode(), usedforsecurity=False).hexdigest()[:15], 16)
