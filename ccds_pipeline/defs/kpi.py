"""The exact KPIs as assets; each contract target is a check of its own.

Counting is in ``sql/kpi``, estimates in ``kpi.rules``.
"""

from collections.abc import Iterator

import dagster as dg

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.defs.column_lineage import lineage_metadata
from ccds_pipeline.defs.described import OWNERS, RETRY_WHEN_BUSY, owners_of, table_spec, value_free_failures
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.staging import WAREHOUSE_POOL
from ccds_pipeline.kpi.build import headline_values, refresh_kpis, refresh_themes
from ccds_pipeline.kpi.claims import judged_claims, refresh_claims
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Kpi, Programme
from ccds_pipeline.schemas.readings import STATUSES
from ccds_pipeline.schemas.register import Table, table_of, tables_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.select_files import input_tables

KPI_KEY = dg.AssetKey(["kpi", "kpi"])
_AGGREGATE_KEYS = [dg.AssetKey(["kpi", table.name]) for table in tables_of("kpi", "aggregate")]


def kpis() -> dg.Definitions:
    """Build the KPI assets and the contract checks."""
    programme = load_programme(Settings().programme_file)
    with_target = [kpi for kpi in programme.kpis if kpi.target is not None]
    return dg.Definitions(
        assets=[_kpi_assets(programme), themes],
        asset_checks=[
            *(_contract_check(kpi) for kpi in with_target),
            *([no_published_claim_is_contradicted] if programme.claims else []),
        ],
    )


def _kpi_assets(programme: Programme) -> dg.AssetsDefinition:
    specs = [
        table_spec(table, deps=_deps(table), kinds={"duckdb", "sql"}) for table in tables_of("kpi", "sql")
    ]
    for table in tables_of("kpi", "computed"):
        deps = (
            [KPI_KEY] if table in (table_of("kpi.claim"), table_of("kpi.control_chart")) else _AGGREGATE_KEYS
        )
        owners = owners_of(*programme.kpis) if table == table_of("kpi.kpi") else OWNERS
        specs.append(table_spec(table, deps=deps, kinds={"duckdb", "pandas"}, owners=owners))

    @dg.multi_asset(specs=specs, name="kpi", pool=WAREHOUSE_POOL, retry_policy=RETRY_WHEN_BUSY)
    def compute(
        context: dg.AssetExecutionContext, installation: Installation
    ) -> Iterator[dg.MaterializeResult[None]]:
        with value_free_failures(), installation.open_warehouse() as engine:
            basis = current_basis(engine)
            run_id = context.run.run_id
            counts = refresh_kpis(engine, installation.programme, basis, run_id=run_id)
            counts["claim"] = refresh_claims(
                engine, installation.programme, run_id=run_id, kept=installation.settings.as_of_folder
            )
        for table in tables_of("kpi", "sql", "computed"):
            yield dg.MaterializeResult(
                asset_key=[table.schema, table.name],
                metadata={
                    "dagster/row_count": counts[table.name],
                    "data_version": basis.data_version,
                    **lineage_metadata(table, programme.sources),
                },
            )

    return compute


@dg.asset_check(
    asset=["kpi", "claim"],
    pool=WAREHOUSE_POOL,
    description="What comes out now contradicts no published figure.",
)
def no_published_claim_is_contradicted(installation: Installation) -> dg.AssetCheckResult:
    """Warn of published sentences that the data contradicts, and where none could be judged."""
    with value_free_failures(), installation.open_warehouse() as engine:
        judged = judged_claims(engine)
    contradicted = [claim_id for claim_id, stands in judged.items() if not stands]
    return dg.AssetCheckResult(
        passed=bool(judged) and not contradicted,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "claims_n": len(installation.programme.claims),
            "broken_rules": ", ".join(contradicted) if judged else "not_evaluated",
        },
    )


def _deps(table: Table) -> Iterator[dg.AssetKey]:
    # The ledger is not an asset: it is written with the rows of staging, which core rests on.
    for schema, name in input_tables(table):
        if schema != "ops":
            yield dg.AssetKey([schema, name])


def _contract_check(contract: Kpi) -> dg.AssetChecksDefinition:
    target = contract.target
    assert target is not None  # noqa: S101  # only KPIs with a target get here

    @dg.asset_check(
        asset=KPI_KEY,
        name=f"contract_{contract.id}_is_met",
        description=(
            f"{contract.label}: the contract asks for a value {target.comparator} {target.value:g}. "
            f"Whom to ask: {', '.join(owners_of(contract))}."
        ),
        pool=WAREHOUSE_POOL,
    )
    def check(installation: Installation) -> dg.AssetCheckResult:
        with value_free_failures(), installation.open_warehouse() as engine:
            value = headline_values(engine)[contract.id]
        is_evaluated = value.met is not None
        return dg.AssetCheckResult(
            passed=value.met is True,
            severity=dg.AssetCheckSeverity.WARN,
            description=None if is_evaluated else f"Not evaluated: {STATUSES[value.status]}.",
            metadata={
                "status": value.status,
                "broken_rules": "target_is_met" if is_evaluated else "not_evaluated",
                # No value, which would be the exact one: the released one stands on reporting/kpi_headline.
                "target": f"{target.comparator} {target.value:g}",
                "assured": bool(value.assured),
            },
        )

    return check


COMMENT_THEME_KEY = dg.AssetKey(["kpi", "comment_theme"])
THEME_COUNT_KEY = dg.AssetKey(["kpi", "theme_count"])
_COMMENT_KEYS = [dg.AssetKey(["core", "fact_comment"]), dg.AssetKey(["kpi", "valid_response"])]


@dg.multi_asset(
    specs=[
        table_spec(table_of("kpi.comment_theme"), deps=_COMMENT_KEYS, kinds={"duckdb", "pandas"}),
        table_spec(table_of("kpi.theme_count"), deps=[COMMENT_THEME_KEY], kinds={"duckdb", "pandas"}),
    ],
    name="themes",
    pool=WAREHOUSE_POOL,
    retry_policy=RETRY_WHEN_BUSY,
)
def themes(installation: Installation) -> Iterator[dg.MaterializeResult[None]]:
    """Code the comments of valid responses by the programme's lexicon, and count the themes."""
    with value_free_failures(), installation.open_warehouse() as engine:
        counts = refresh_themes(engine, installation.programme)
    for table in tables_of("kpi", "theme"):
        yield dg.MaterializeResult(
            asset_key=[table.schema, table.name], metadata={"dagster/row_count": counts[table.name]}
        )
