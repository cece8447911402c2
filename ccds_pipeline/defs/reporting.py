"""The release as assets: built aside, checked, moved into place, and read by the report.

What may be released is decided in ``ccds_pipeline.release.protection``.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager

import dagster as dg
import sqlalchemy as sa

from ccds_pipeline.defs.column_lineage import lineage_metadata
from ccds_pipeline.defs.described import (
    OWNERS,
    REPORT,
    RETRY_WHEN_BUSY,
    owners_of,
    table_spec,
    value_free_failures,
)
from ccds_pipeline.defs.expectations import data_docs_link, expectation_checks
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.kpi import KPI_KEY, THEME_COUNT_KEY
from ccds_pipeline.defs.loaded import CANDIDATE_KEY, outstanding_metadata
from ccds_pipeline.defs.staging import WAREHOUSE_POOL
from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.exports.write import FORMS, export
from ccds_pipeline.ingest.store.ledger import has_deliveries
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.bias import read_share_error
from ccds_pipeline.release.build import build_candidate, check_candidate, publish_candidate
from ccds_pipeline.release.publication import refuse_changed_inputs
from ccds_pipeline.reporting.at_a_glance import Glance, read_glance
from ccds_pipeline.reporting.report import write_report
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.database import open_database

REPORT_KEY = dg.AssetKey(["reporting", "report"])
EXPORTS_KEY = dg.AssetKey(["reporting", "exports"])
_WITH_KPIS = ("kpi", "kpi_headline")
RELEASE_INCOMPLETE = "ccds/release_incomplete"
"""Tag of a run that may release although deliveries are outstanding."""


def published_keys() -> list[dg.AssetKey]:
    """Return the assets that are computed, checked and released once deliveries are loaded."""
    tables = (*tables_of("core"), *tables_of("kpi", "sql", "computed", "theme"), *tables_of("reporting"))
    others = [CANDIDATE_KEY, REPORT_KEY, EXPORTS_KEY]
    return [*(dg.AssetKey([table.schema, table.name]) for table in tables), *others]


def releasing() -> dg.Definitions:
    """Build the reporting assets and the checks of the candidate."""
    programme = load_programme(Settings().programme_file)
    checks = expectation_checks(
        "reporting", programme=programme, open_database=_open_candidate, asset=CANDIDATE_KEY
    )
    # What people open is checked where they look, as readers have it; the candidate is what is kept back.
    read_back = expectation_checks(
        "reporting", programme=programme, open_database=_open_released, is_blocking=False
    )
    return dg.Definitions(
        assets=[candidate, _release_assets(programme), report, exports, *_dashboards()],
        asset_checks=[checks, read_back, release_gate, shares_are_unbiased, everything_is_loaded],
    )


@dg.asset(
    key=CANDIDATE_KEY,
    deps=[KPI_KEY, THEME_COUNT_KEY],
    group_name="reporting",
    kinds={"duckdb", "pandas"},
    owners=OWNERS,
    tags={"zone": "restricted"},
    pool=WAREHOUSE_POOL,
    retry_policy=RETRY_WHEN_BUSY,
)
def candidate(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult[None]:
    """The next release in a file of its own: perturbed, withheld and derived, not yet to be read."""
    with value_free_failures(), installation.open_warehouse() as engine:
        # Without the tag the check everything_is_loaded keeps a release back that lacks something.
        left = _left(installation, engine) if RELEASE_INCOMPLETE in context.run.tags else []
        counts = build_candidate(
            engine,
            installation.programme,
            installation.settings.candidate_file,
            note=installation.note(),
            earlier=installation.settings.reporting_file,
            outstanding=Counter(delivery.source_id for delivery in left),
        )
    rows = {f"{name}_rows": number for name, number in counts.items()}
    return dg.MaterializeResult(metadata={**rows, "data_docs": data_docs_link("reporting")})


@dg.asset_check(asset=CANDIDATE_KEY, blocking=True, pool=WAREHOUSE_POOL)
def release_gate(installation: Installation) -> dg.AssetCheckResult:
    """The candidate is the one that was built last, and approved where the programme asks for it."""
    with value_free_failures(), installation.open_warehouse() as engine:
        try:
            check_candidate(engine, installation.programme, installation.settings.candidate_file)
        except CheckFailedError as error:
            return dg.AssetCheckResult(passed=False, metadata={"broken_rules": str(error)})
    return dg.AssetCheckResult(passed=True, metadata={"broken_rules": "none"})


@dg.asset_check(asset=CANDIDATE_KEY, pool=WAREHOUSE_POOL)
def shares_are_unbiased(installation: Installation) -> dg.AssetCheckResult:
    """The noise moves the released shares neither up nor down on average, but for chance."""
    with value_free_failures(), installation.open_warehouse() as engine, engine.connect() as connection:
        error = read_share_error(connection)
    return dg.AssetCheckResult(
        passed=error.is_by_chance,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "shares": error.shares_n,
            "mean_error_points": "no share is shown" if error.mean is None else 100 * error.mean,
        },
    )


@dg.asset_check(asset=CANDIDATE_KEY, blocking=True, pool=WAREHOUSE_POOL)
def everything_is_loaded(
    context: dg.AssetCheckExecutionContext, installation: Installation
) -> dg.AssetCheckResult:
    """Every delivery in the landing is loaded as it is there; what is outstanding keeps a release back."""
    with value_free_failures(), installation.open_warehouse() as engine:
        left = [str(delivery) for delivery in _left(installation, engine)]
        with engine.connect() as connection:
            is_anything_loaded = has_deliveries(connection)
        is_allowed = RELEASE_INCOMPLETE in context.run.tags
        if left and is_allowed:
            with engine.begin() as connection:
                record_act(connection, "incomplete_release", {"outstanding": ", ".join(left)})
    nothing: dict[str, str | int] = {} if is_anything_loaded else {"broken_rules": "nothing_delivered"}
    return dg.AssetCheckResult(
        passed=is_anything_loaded and (not left or is_allowed), metadata=outstanding_metadata(left) | nothing
    )


def _left(installation: Installation, engine: sa.Engine) -> list[Delivery]:
    with engine.connect() as connection:
        return installation.outstanding(connection, installation.deliveries())


def _dashboards() -> Iterator[dg.AssetSpec]:
    """Yield what is shown outside of Dagster, and made by hand from the exports or the release."""
    folder = "the folder exports of the data folder"
    yield _dashboard("superset", EXPORTS_KEY, f"Superset dashboards, imported from superset/ in {folder}.")
    yield _dashboard("powerbi", EXPORTS_KEY, f"Power BI reports on the project power-bi/ in {folder}.")
    headline = dg.AssetKey(["reporting", "kpi_headline"])
    yield _dashboard("metabase", headline, "Metabase questions on the released tables.")


def _dashboard(name: str, made_of: dg.AssetKey, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=["dashboards", name],
        deps=[made_of],
        description=description,
        group_name="dashboards",
        kinds={name},
        owners=OWNERS,
        tags={"zone": "public"},
    )


def _open_released(installation: Installation) -> AbstractContextManager[sa.Engine]:
    return open_database(installation.settings.reporting_file, read_only=True)


def _open_candidate(installation: Installation) -> AbstractContextManager[sa.Engine]:
    return open_database(installation.settings.candidate_file)


def _release_assets(programme: Programme) -> dg.AssetsDefinition:
    of_kpis = owners_of(*programme.kpis)
    specs = [
        table_spec(
            table,
            deps=[CANDIDATE_KEY],
            kinds={"duckdb"},
            owners=of_kpis if table.name in _WITH_KPIS else OWNERS,
        )
        for table in tables_of("reporting")
    ]

    @dg.multi_asset(specs=specs, name="release", pool=WAREHOUSE_POOL, retry_policy=RETRY_WHEN_BUSY)
    def release(installation: Installation) -> Iterator[dg.MaterializeResult[None]]:
        """Move the checked candidate in front of readers, in one step."""
        settings = installation.settings
        with value_free_failures(), installation.open_warehouse() as engine:
            inputs = installation.inputs(engine)
            refuse_changed_inputs(engine, inputs)
            counts = publish_candidate(
                engine,
                installation.programme,
                settings.candidate_file,
                settings.reporting_file,
                inputs=inputs,
            )
            glance = read_glance(settings.reporting_file)
        for table in tables_of("reporting"):
            shown = _shown(glance) if table.name in _WITH_KPIS else {}
            yield dg.MaterializeResult(
                asset_key=[table.schema, table.name],
                metadata={
                    "dagster/row_count": counts[table.name],
                    "file": dg.MetadataValue.path(settings.reporting_file.absolute()),
                    **glance.numbers.get(table.name, {}),
                    **shown,
                    **lineage_metadata(table),
                },
            )

    return release


def _shown(glance: Glance) -> dict[str, dg.MetadataValue]:
    """Return the released KPIs as a table, and each by month as a line."""
    lines = f"```\n{glance.lines}\n```" if glance.lines else "No KPI has two months that are shown."
    return {"kpis": dg.MetadataValue.md(glance.table), "by_month": dg.MetadataValue.md(lines)}


@dg.asset(
    key=REPORT_KEY,
    deps=[["reporting", table.name] for table in tables_of("reporting")],
    group_name="reporting",
    kinds={"html"},
    owners=OWNERS,
    tags={"zone": "public"},
)
def report(installation: Installation) -> dg.MaterializeResult[None]:
    """One HTML page for the evaluation lead, made from the released tables only."""
    settings = installation.settings
    with value_free_failures():
        write_report(settings.reporting_file, settings.report_file)
        glance = read_glance(settings.reporting_file)
    return dg.MaterializeResult(
        metadata={
            "report": dg.MetadataValue.url(REPORT),
            "bytes": settings.report_file.stat().st_size,
            **glance.numbers["kpi_headline"],
            **_shown(glance),
        }
    )


@dg.asset(
    key=EXPORTS_KEY,
    deps=[["reporting", table.name] for table in tables_of("reporting")],
    group_name="reporting",
    kinds={"parquet", "csv", "excel", "superset", "powerbi"},
    owners=OWNERS,
    tags={"zone": "public"},
)
def exports(installation: Installation) -> dg.MaterializeResult[None]:
    """The release as files, and as Superset dashboards, a Power BI project and a semantic model."""
    settings = installation.settings
    with value_free_failures():
        files = export(settings.reporting_file, settings.exports_folder, list(FORMS))
    folder = dg.MetadataValue.path(settings.exports_folder.absolute())
    return dg.MaterializeResult(metadata={"files": len(files), "folder": folder})
