"""The versions of the warehouse's tables; ``sql/migrations/<version>_….sql`` leads to each of them.

Applying them belongs in ``versions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ccds_pipeline.warehouse.select_files import sql_folder


@cache
def migrations() -> Mapping[int, str]:
    """Return the statements that lead to each version, in order."""
    files = sorted((sql_folder() / "migrations").glob("*.sql"))
    return {int(file.name.partition("_")[0]): file.read_text(encoding="utf-8") for file in files}


def schema_version() -> int:
    """Return the version of the tables that this package makes and reads."""
    return max(migrations())
