"""Of which columns of other assets a table's columns are made, as Dagster shows it.

How that is read out of the statements is written in ``warehouse.lineage``.
"""

from collections.abc import Sequence

import dagster as dg

from ccds_pipeline.defs.staging import staging_key
from ccds_pipeline.programme.model import Source
from ccds_pipeline.schemas.register import Table
from ccds_pipeline.warehouse.lineage import Origin, column_lineage


def lineage_metadata(table: Table, sources: Sequence[Source] = ()) -> dict[str, dg.TableColumnLineage]:
    """Return the metadata of a materialisation that says of what each column is made; empty if nothing does.

    Args:
        table: Of core, kpi or reporting.
        sources: What fills staging: a column of it is one of each source with such records.
    """
    deps = {
        name: [dep for origin in origins for dep in _deps(origin, sources)]
        for name, origins in column_lineage().get(table.full_name, {}).items()
    }
    found = {name: each for name, each in deps.items() if each}
    return {"dagster/column_lineage": dg.TableColumnLineage(found)} if found else {}


def _deps(origin: Origin, sources: Sequence[Source]) -> list[dg.TableColumnDep]:
    """Return the columns of assets that an origin stands for; the ledger is no asset."""
    if origin.schema == "staging":
        keys = [staging_key(source.id) for source in sources if source.record == origin.table]
    else:
        keys = [] if origin.schema == "ops" else [dg.AssetKey([origin.schema, origin.table])]
    return [dg.TableColumnDep(key, origin.column) for key in keys]
