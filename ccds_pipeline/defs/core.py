"""The star schema as assets, rebuilt from staging as a whole, with its expectations as checks.

The tables' statements are in ``sql/core``.
"""

from collections.abc import Iterator

import dagster as dg

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.defs.column_lineage import lineage_metadata
from ccds_pipeline.defs.described import RETRY_WHEN_BUSY, table_spec, value_free_failures
from ccds_pipeline.defs.expectations import data_docs_link, expectation_checks
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.staging import WAREHOUSE_POOL, check_result, staging_key
from ccds_pipeline.kpi.usual_rates import (
    judge_link_rates,
    judge_response_rates,
    read_link_rates,
    read_response_rates,
)
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.publication import note_computation
from ccds_pipeline.schemas.register import Table, tables_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.select_files import input_tables

_RESPONSE_PARTS = {part.name for part in tables_of("staging", "response_part")}


def star_schema() -> dg.Definitions:
    """Build the core assets and their checks."""
    programme = load_programme(Settings().programme_file)
    return dg.Definitions(
        assets=[_core_assets(programme)],
        asset_checks=[
            expectation_checks("core", programme=programme, open_database=Installation.open_warehouse),
            links_are_as_usual,
            response_rates_are_as_usual,
        ],
    )


_RESPONSE_KEY = dg.AssetKey(["core", "fact_response"])


@dg.asset_check(asset=_RESPONSE_KEY, pool=WAREHOUSE_POOL)
def links_are_as_usual(installation: Installation) -> dg.AssetCheckResult:
    """As great a share of the newest delivery of each survey is linked as of those before, but for chance."""
    with value_free_failures(), installation.open_warehouse() as engine, engine.connect() as connection:
        return check_result(judge_link_rates(read_link_rates(connection)), _RESPONSE_KEY)


@dg.asset_check(asset=_RESPONSE_KEY, pool=WAREHOUSE_POOL)
def response_rates_are_as_usual(installation: Installation) -> dg.AssetCheckResult:
    """As many answer for the newest month of each survey as for those before, but for chance."""
    with value_free_failures(), installation.open_warehouse() as engine, engine.connect() as connection:
        return check_result(judge_response_rates(read_response_rates(connection)), _RESPONSE_KEY)


def _core_assets(programme: Programme) -> dg.AssetsDefinition:
    specs = [
        table_spec(table, deps=_deps(table, programme), kinds={"duckdb", "sql"})
        for table in tables_of("core")
    ]

    @dg.multi_asset(specs=specs, name="core", pool=WAREHOUSE_POOL, retry_policy=RETRY_WHEN_BUSY)
    def build(installation: Installation) -> Iterator[dg.MaterializeResult[None]]:
        with value_free_failures(), installation.open_warehouse() as engine:
            basis = current_basis(engine)
            note_computation(engine, installation.inputs(engine))
            counts = refresh_core(engine, installation.programme, basis)
        for table in tables_of("core"):
            yield dg.MaterializeResult(
                asset_key=[table.schema, table.name],
                metadata={
                    "dagster/row_count": counts[table.name],
                    "as_of": basis.as_of.isoformat(),
                    "data_version": basis.data_version,
                    "data_docs": data_docs_link("core"),
                    **lineage_metadata(table, programme.sources),
                },
            )

    return build


def _deps(table: Table, programme: Programme) -> Iterator[dg.AssetKey]:
    """Name what a table is made of: the sources that fill a staging table, and other core tables."""
    if table in tables_of("core", "definition"):
        return
    for schema, name in input_tables(table):
        if schema == "core":
            yield dg.AssetKey(["core", name])
            continue
        for source in programme.sources:
            is_part_of_response = name in _RESPONSE_PARTS and source.record == "response"
            if source.record == name or is_part_of_response or name == "sighting":
                yield staging_key(source.id)
