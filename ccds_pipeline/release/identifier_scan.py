"""The last look before a release: no cell of it shows an identifier.

How identifiers are recognised belongs in ``deidentify.detector``; suppression of small numbers in
``suppression``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from ccds_pipeline.deidentify.detector import scan_texts
from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.reference.tables import shipped_rows

# Written by this package alone, of digits and letters that can look like any number.
_MADE_HERE = frozenset({"release_id", "run_id", "data_version", "code_version", "ci_method"})
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
