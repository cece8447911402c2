"""What each logical type is in a database, in Arrow and in a frame: one row each, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from ccds_pipeline.schemas.files import ColumnType


@dataclass(frozen=True)
class Representation:
    """One logical type.

    Args:
        sql: Type of a column in a database.
        arrow: Type of an Arrow column.
        frame: Type of a frame's column, also of one that has no values.
    """

    sql: type[sa.types.TypeEngine[Any]]
    arrow: pa.DataType
    frame: str


TYPES: dict[ColumnType, Representation] = {
    "text": Representation(sa.String, pa.string(), "object"),
    "integer": Representation(sa.BigInteger, pa.int64(), "Int64"),
    "number": Representation(sa.Double, pa.float64(), "float64"),
    "date": Representation(sa.Date, pa.date32(), "datetime64[us]"),
    "instant": Representation(sa.DateTime, pa.timestamp("us"), "datetime64[us]"),
    "boolean": Representation(sa.Boolean, pa.bool_(), "boolean"),
}
