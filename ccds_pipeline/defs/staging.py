"""One asset per source: a delivery from landing to staging, with its contract and its account as checks.

How a delivery is loaded is written in ``ccds_pipeline.ingest.delivery``.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from ccds_pipeline.defs.described import OWNERS, RETRY_WHEN_BUSY, column_schema, value_free_failures
from ccds_pipeline.defs.installation import Installation, delivery_dates
from ccds_pipeline.errors import CcdsError
from ccds_pipeline.ingest.contract import CheckOutcome, judge_columns, judge_delivery
from ccds_pipeline.ingest.store.drift import read_drift
from ccds_pipeline.ingest.store.ledger import DeliveryAccount
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Source
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import Delivery

WAREHOUSE_POOL = "warehouse"
_CHECKS = {
    "rows_are_accounted_for": "Received = loaded + duplicate + excluded + rejected, file by file.",
    "rows_meet_the_contract": "Few rows break the record's contract or the mapping.",
    "every_file_is_readable": "No file of the delivery was refused.",
    "columns_are_as_before": (
        "No column is new or missing since the delivery before; the first is compared with the mapping."
    ),
}


def landing_key(source_id: str) -> dg.AssetKey:
    """Return the key of the external asset that stands for a source's export."""
    return dg.AssetKey(["landing", source_id])


def staging_key(source_id: str) -> dg.AssetKey:
    """Return the key of the asset that loads a source."""
    return dg.AssetKey(["staging", source_id])


def sources() -> dg.Definitions:
    """Build the landing and staging assets of the programme's sources."""
    programme = load_programme(Settings().programme_file)
    landing = [_landing_spec(source) for source in programme.sources if source.database is None]
    return dg.Definitions(assets=[*landing, *(_staging_asset(source) for source in programme.sources)])


def _landing_spec(source: Source) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=landing_key(source.id),
        description=f"{source.label}, as exported. Personal data of its owner; only read here.",
        group_name="landing",
        kinds={"file"},
        owners=OWNERS,
        tags={"zone": "personal", "format": source.format},
    )


def _staging_asset(source: Source) -> dg.AssetsDefinition:
    key = staging_key(source.id)
    table = table_of(f"staging.{source.record}")

    @dg.asset(
        key=key,
        deps=[landing_key(source.id)],
        description=(
            f"{source.label}: {table.grain} Read, conformed, validated and pseudonymised in one pass; "
            "loading a delivery again replaces it."
        ),
        group_name="staging",
        kinds={"duckdb", "pandas"},
        owners=OWNERS,
        tags={"zone": "restricted", "format": source.format},
        partitions_def=delivery_dates,
        pool=WAREHOUSE_POOL,
        retry_policy=RETRY_WHEN_BUSY,
        metadata={"dagster/table_name": table.full_name, "dagster/column_schema": column_schema(table)},
        check_specs=[
            dg.AssetCheckSpec(name, asset=key, description=text, blocking=name == "rows_are_accounted_for")
            for name, text in _CHECKS.items()
        ],
    )
    def load(
        context: dg.AssetExecutionContext, installation: Installation
    ) -> Iterator[dg.MaterializeResult[None]]:
        with value_free_failures():
            delivery = _delivery(installation, source.id, context.partition_key)
            ingest = installation.open_ingest()
            with installation.open_warehouse() as engine:
                account = ingest.load(engine, delivery)
                with engine.connect() as connection:
                    drift = read_drift(connection, DeliveryKey(source.id, delivery.delivery_on))
        outcomes = (*judge_delivery(account), judge_columns(drift))
        yield dg.MaterializeResult(
            metadata=_metadata(account), check_results=[_check_result(outcome, key) for outcome in outcomes]
        )

    return load


def _delivery(installation: Installation, source_id: str, partition: str) -> Delivery:
    wanted = date.fromisoformat(partition)
    for delivery in installation.find_deliveries().deliveries:
        if (delivery.source_id, delivery.delivery_on) == (source_id, wanted):
            return delivery
    raise CcdsError(
        f"there is no delivery of {source_id} on {partition}",
        rule="delivery_exists",
        remedy=f"Put the export into the landing folder as {source_id}/{partition}/, or choose another date.",
    )


def _metadata(account: DeliveryAccount) -> dict[str, int]:
    return {"dagster/partition_row_count": account.loaded, **vars(account)}


def _check_result(outcome: CheckOutcome, key: dg.AssetKey) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=outcome.name,
        asset_key=key,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.WARN if outcome.is_warning else dg.AssetCheckSeverity.ERROR,
        metadata=outcome.counts | ({"broken_rules": ", ".join(outcome.rules)} if outcome.rules else {}),
    )
