"""The ledger of releases: what each cell was released as, and who was behind it, in codes.

Whoever compares two releases would learn what a single new answer was, so a released cell changes only
when enough people came or went since (privacy page, P17). Who contributes to which cell is kept once per
person and population, and not once per cell: ``ops.released_contribution`` says from which release to
which one a contribution counted, so the contributors of any cell at any earlier release can be told.
What a contribution is stands in ``sql/ops``, which population a cell is of in ``privacy.ledger``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import driver_of, insert_arrow
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline.warehouse.tables import create_tables, recreate_tables

_CODES = "population, person_code, place_code, content_code"
_APPEND_CELLS = """
INSERT INTO ops.released_cell ({columns})
SELECT {columns} FROM ops.candidate_cell WHERE NOT is_carried_forward AND population <> ''
"""
_CLOSE = f"""
UPDATE ops.released_contribution SET until_n = :number
WHERE until_n IS NULL AND ({_CODES}) NOT IN (SELECT ({_CODES}) FROM ops.contribution)
"""
_ENTER = f"""
INSERT INTO ops.released_contribution ({_CODES}, since_n, until_n)
SELECT {_CODES}, :number, NULL
FROM (
    SELECT {_CODES} FROM ops.contribution
    EXCEPT
    SELECT {_CODES} FROM ops.released_contribution WHERE until_n IS NULL
) AS entered
"""
_PLACES = """
INSERT INTO ops.released_place_level (place_code, breakdown, level)
SELECT place_code, breakdown, level FROM ops.place_level
EXCEPT
SELECT place_code, breakdown, level FROM ops.released_place_level
"""

_WITH_NEW_CODES = """
SELECT
    population, new_code.after AS person_code, place_code, content_code, since_n, until_n
FROM ops.released_contribution INNER JOIN new_code ON person_code = new_code.before
"""
_ROWS_HELD = "SELECT count(*) FROM ops.released_contribution"


def count_contributions(connection: sa.Connection) -> None:
    """Fill ``ops.contribution`` and ``ops.place_level`` from the KPI tables."""
    create_tables(connection, tables_of("ops", "release_ledger"))
    recreate_tables(connection, tables_of("ops", "candidate"))
    fill_tables(connection, (table_of("ops.contribution"), table_of("ops.place_level")), parameters={})


def members(connection: sa.Connection, population: str) -> pd.DataFrame:
    """Return who is in which part of one population: breakdown, level, person; each once."""
    statement = sa.text(
        "SELECT DISTINCT breakdown, level, person_code AS person FROM ops.contribution "
        "INNER JOIN ops.place_level USING (place_code) WHERE population = :population"
    )
    rows = connection.execute(statement, {"population": population})
    return pd.DataFrame(rows.all(), columns=["breakdown", "level", "person"])


def people_in_parts(connection: sa.Connection, populations: str) -> pd.DataFrame:
    """Return how many different people are in each part of the populations that a pattern names.

    Returns:
        ``population``, ``breakdown``, ``level``, ``people_n``.
    """
    statement = sa.text(
        "SELECT population, breakdown, level, count(DISTINCT person_code) AS people_n FROM ops.contribution "
        "INNER JOIN ops.place_level USING (place_code) WHERE population LIKE :populations "
        "GROUP BY population, breakdown, level"
    )
    rows = connection.execute(statement, {"populations": populations})
    frame = pd.DataFrame(rows.all(), columns=["population", "breakdown", "level", "people_n"])
    return frame.astype({"population": "str", "breakdown": "str", "level": "str", "people_n": "int64"})


def earlier_cells(connection: sa.Connection, cells: pd.DataFrame, rules: ReleaseRules) -> pd.DataFrame:
    """Return the cells that have to stand as they were released last, with their earlier columns.

    A cell is renewed if at least ``minimum_people`` different people came, went or changed their answer
    since, if its definition or the thresholds changed, or if no person is behind it. Nought changes and
    a few look alike, so that the as-of date of a cell does not tell whether somebody changed.

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
    places = ["population", "breakdown", "level", "release_n"]
    counted = known.merge(pd.concat(changed, ignore_index=True), on=places, how="left")
    # control: cells stand until enough people changed
    is_held = counted["changed_n"].fillna(0) < rules.minimum_people
    return counted[is_held].drop(columns="changed_n")


def _latest(connection: sa.Connection) -> pd.DataFrame:
    columns = table_of("ops.released_cell").column_names
    statement = sa.text(
        f"SELECT {', '.join(columns)} FROM ops.released_cell QUALIFY row_number() OVER "
        f"(PARTITION BY {', '.join(table_of('kpi.kpi').key)} ORDER BY release_n DESC) = 1"
    )
    return pd.DataFrame(connection.execute(statement).all(), columns=columns)


def _changes_since(connection: sa.Connection, release_n: int) -> pd.DataFrame:
    """Return how many different people changed in each part since a release; parts without are left out."""
    statement = sa.text(
        f"""
        WITH earlier AS (
            SELECT {_CODES} FROM ops.released_contribution
            WHERE since_n <= :number AND coalesce(until_n > :number, TRUE)
        ),

        changed AS (
            (SELECT {_CODES} FROM earlier EXCEPT SELECT {_CODES} FROM ops.contribution)
            UNION ALL
            (SELECT {_CODES} FROM ops.contribution EXCEPT SELECT {_CODES} FROM earlier)
        ),

        place AS (
            SELECT place_code, breakdown, level FROM ops.place_level
            UNION
            SELECT place_code, breakdown, level FROM ops.released_place_level
        )

        SELECT population, breakdown, level, count(DISTINCT person_code) AS changed_n
        FROM changed INNER JOIN place USING (place_code)
        GROUP BY population, breakdown, level
        """
    )
    rows = connection.execute(statement, {"number": release_n}).all()
    frame = pd.DataFrame(rows, columns=["population", "breakdown", "level", "changed_n"])
    return frame.assign(release_n=release_n)


def next_number(connection: sa.Connection) -> int:
    """Return the number of the next release, from 1."""
    statement = sa.text("SELECT coalesce(max(release_n), 0) + 1 FROM ops.released_cell")
    return int(connection.execute(statement).scalar_one())


def write_release(connection: sa.Connection) -> None:
    """Append what the candidate renews to the ledger, and take over who contributes."""
    number = {"number": next_number(connection)}
    is_renewed = sa.text(
        "SELECT count(*) FROM ops.candidate_cell WHERE NOT is_carried_forward AND population <> ''"
    )
    # Where no cell is renewed, nothing rests on this release, and there is nothing to remember.
    if not connection.execute(is_renewed).scalar_one():
        return
    columns = ", ".join(table_of("ops.released_cell").column_names)
    for statement in (_APPEND_CELLS.format(columns=columns), _CLOSE, _ENTER, _PLACES):
        text = sa.text(statement)
        connection.execute(text, number if "number" in text.compile().params else {})


def forget_people(connection: sa.Connection, person_keys: Collection[str]) -> int:
    """Remove people from the ledger of contributions; return how many rows that were.

    Their going is not counted as a change of the cells that they were in, so those stand the longer.
    """
    create_tables(connection, tables_of("ops", "release_ledger"))
    statement = sa.text(
        "DELETE FROM ops.released_contribution WHERE person_code IN :codes RETURNING person_code"
    ).bindparams(sa.bindparam("codes", expanding=True))
    return len(connection.execute(statement, {"codes": [_code_of(key) for key in person_keys]}).all())


def carry_contributions(old: sa.Connection, connection: sa.Connection, pairs: pd.DataFrame) -> int:
    """Copy the ledger of contributions into another warehouse, under other keys of the same people.

    Rows of people who have no new key are left out, as ``forget_people`` does it.

    Args:
        old: To the warehouse that the ledger is read from.
        connection: A transaction on the other one, whose ledger is empty.
        pairs: Keys of people, columns ``before`` and ``after``; further keys may be among them.

    Returns:
        How many rows were left out.
    """
    driver = driver_of(old)
    driver.register("new_code", pairs[["before", "after"]].map(_code_of))
    try:
        for rows in driver.execute(_WITH_NEW_CODES).to_arrow_reader():
            insert_arrow(
                connection,
                pa.Table.from_batches([rows]),
                into=table_of("ops.released_contribution").full_name,
            )
    finally:
        driver.unregister("new_code")
    held, carried = (one.execute(sa.text(_ROWS_HELD)).scalar_one() for one in (old, connection))
    return int(held - carried)


def _code_of(person_key: str) -> int:
    """Return the code that ``sql/ops/contribution.sql`` makes of a person's key."""
    return int(hashlib.md5(person_key.encode(), usedforsecurity=False).hexdigest()[:15], 16)
