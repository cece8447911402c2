"""Every table of the restricted warehouse: those that are kept, and those that each run makes anew.

A table that is missing here is in no warehouse, so the rights of data subjects reach every table.
"""

from __future__ import annotations

from ccds_pipeline.schemas import core, kpi, release, rights, staging
from ccds_pipeline.schemas.register import Column, Table

KEPT_TABLES: tuple[Table, ...] = (
    *staging.TABLES,
    *rights.TABLES,
    *release.KEPT_TABLES,
    kpi.CODER_AGREEMENT,
)
REBUILT_TABLES: tuple[Table, ...] = (
    *core.TABLES,
    *kpi.TABLES,
    *kpi.THEME_TABLES,
    *release.REBUILT_TABLES,
)
RESTRICTED_TABLES = (*KEPT_TABLES, *REBUILT_TABLES)


def pseudonym_columns(table: Table) -> list[str]:
    """Return the columns that hold keyed codes of persons or records; the suppression list's do not count."""
    return [] if table is rights.SUPPRESSED_PERSON else [c.name for c in table.columns if _is_pseudonym(c)]


def _is_pseudonym(column: Column) -> bool:
    return column.privacy == "pseudonym" and column.type == "text"
