"""One asset per source: its deliveries from landing to staging, with their contract and account as checks.

Deliveries come irregularly, so they are no partitions: a run loads what the ledger does not prove to be
loaded, or the days that its configuration names, or those of the period that its tags name. How that is done
is written in ``ccds_pipeline.ingest.loading``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple, Self

import dagster as dg
from pydantic import Field

from ccds_pipeline.defs.described import RETRY_WHEN_BUSY, column_schema, owners_of, value_free_failures
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.loaded import loading_check
from ccds_pipeline.errors import CcdsError, UsageError
from ccds_pipeline.ingest.contract import CheckOutcome
from ccds_pipeline.ingest.expected import shortest_pause
from ccds_pipeline.ingest.loading import Loading, load_deliveries
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Source
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.tables import create_warehouse

WAREHOUSE_POOL = "warehouse"
# Tags of a run that loads every delivery of a period, of whatever source: days as YYYY-MM-DD.
FIRST_DAY, LAST_DAY = "ccds/first_day", "ccds/last_day"
_SHOWN = 10
_CHECKS = {
    "rows_are_accounted_for": "Received = loaded + duplicate + excluded + rejected, file by file.",
    "rows_meet_the_contract": "Few rows break the record's contract or the mapping.",
    "every_file_is_readable": "No file of the delivery was refused.",
    "answers_are_understood": "Every answer is on its question's scale, or a mark of the source.",
    "columns_are_as_before": (
        "No column is new or missing since the delivery before; the first is compared with the mapping."
    ),
    "known_records_come_again": (
        "Where complete is not declared, no record is missing in a newest delivery that repeats half of them."
    ),
    "deliveries_are_as_usual": (
        "Rows, rejected share, identified share and answers are as in the deliveries before, but for chance."
    ),
}


class Deliveries(dg.Config):
    """Which deliveries of the source a run loads."""

    days: list[str] = Field(
        default=[],
        description="Days of deliveries (YYYY-MM-DD) to load, even again; what is outstanding if empty.",
    )


class Period(NamedTuple):
    """Days from the first to the last, both included."""

    first: date
    last: date

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> Self | None:
        """Return the period that the tags of a run name; None if they name none.

        Raises:
            UsageError: Rule ``period`` if a tag is no day, or the last is before the first.
        """
        if FIRST_DAY not in tags and LAST_DAY not in tags:
            return None
        with suppress(ValueError):
            first = date.fromisoformat(tags.get(FIRST_DAY, date.min.isoformat()))
            last = date.fromisoformat(tags.get(LAST_DAY, date.max.isoformat()))
            if first <= last:
                return cls(first, last)
        raise UsageError(
            "the tags of the run name no period",
            rule="period",
            remedy=f"Give days as YYYY-MM-DD in {FIRST_DAY} and {LAST_DAY}, the earlier one first.",
        )


def landing_key(source_id: str) -> dg.AssetKey:
    """Return the key of the external asset that stands for a source's export."""
    return dg.AssetKey(["landing", source_id])


def staging_key(source_id: str) -> dg.AssetKey:
    """Return the key of the asset that loads a source."""
    return dg.AssetKey(["staging", source_id])


def loading(deliveries: Iterable[Delivery]) -> tuple[list[dg.AssetKey], dict[str, object]]:
    """Return the assets of a run that loads these deliveries, and its configuration."""
    days: dict[dg.AssetKey, list[str]] = {}
    for delivery in deliveries:
        days.setdefault(staging_key(delivery.source_id), []).append(delivery.delivery_on.isoformat())
    ops = {key.to_python_identifier(): {"config": {"days": each}} for key, each in days.items()}
    return [*days], {"ops": ops}


def sources() -> dg.Definitions:
    """Build the landing and staging assets of the programme's sources."""
    programme = load_programme(Settings().programme_file)
    landing = [
        _landing_spec(source, programme.timezone) for source in programme.sources if source.database is None
    ]
    return dg.Definitions(assets=[*landing, *(_staging_asset(source) for source in programme.sources)])


def freshness_policy(source: Source, timezone: str) -> dg.FreshnessPolicy | None:
    """Return until when a delivery has to come; None where no time of the calendar is declared for it."""
    cron = source.expected.due
    if cron is None:
        return None
    return dg.FreshnessPolicy.cron(cron, lower_bound_delta=shortest_pause(cron), timezone=timezone)


def _landing_spec(source: Source, timezone: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=landing_key(source.id),
        description=f"{source.label}, as exported. Personal data of its owner; only read here.",
        group_name="landing",
        kinds={"file"},
        owners=owners_of(source),
        tags={"zone": "personal", "format": source.format},
        freshness_policy=freshness_policy(source, timezone),
    )


def _staging_asset(source: Source) -> dg.AssetsDefinition:
    key = staging_key(source.id)
    table = table_of(f"staging.{source.record}")

    @dg.asset(
        key=key,
        deps=[landing_key(source.id)],
        description=(
            f"{source.label}: {table.grain} Read, conformed, validated and pseudonymised in one pass. "
            "Loads the deliveries that are outstanding, or those of the days in the configuration, or of the "
            f"period in the run's tags {FIRST_DAY} and {LAST_DAY}; loading one again replaces it."
        ),
        group_name="staging",
        kinds={"duckdb", "pandas"},
        owners=owners_of(source),
        tags={"zone": "restricted", "format": source.format},
        pool=WAREHOUSE_POOL,
        retry_policy=RETRY_WHEN_BUSY,
        metadata={"dagster/table_name": table.full_name, "dagster/column_schema": column_schema(table)},
        check_specs=[
            dg.AssetCheckSpec(name, asset=key, description=text, blocking=name == "rows_are_accounted_for")
            for name, text in _CHECKS.items()
        ],
    )
    def load(
        context: dg.AssetExecutionContext, config: Deliveries, installation: Installation
    ) -> Iterator[dg.MaterializeResult[None]]:
        with value_free_failures():
            done = _load(installation, source.id, config.days, Period.of(context.run.tags))
        if done.is_newer and source.database is None:
            # What came is known once it is read; freshness is measured from there.
            came = {"delivery": max(done.accounts).isoformat()}
            context.log_event(dg.AssetMaterialization(landing_key(source.id), metadata=came))
        yield dg.MaterializeResult(metadata=_metadata(done), check_results=list(_check_results(done, key)))
        if done.failures:
            # What computes and checks is not reached, and the check's last result may be a good one.
            left = [f"{source.id}/{day}" for day in done.failures]
            context.instance.report_runless_asset_event(loading_check(left))
            with value_free_failures():
                raise next(iter(done.failures.values()))

    return load


def _load(installation: Installation, source_id: str, days: list[str], period: Period | None) -> Loading:
    found = installation.deliveries_of(source_id)
    with installation.open_warehouse() as engine:
        if days:
            chosen = [_delivered(found, source_id, day) for day in sorted(set(days))]
        elif period:
            chosen = [delivery for delivery in found if period.first <= delivery.delivery_on <= period.last]
        else:
            with engine.begin() as connection:
                create_warehouse(connection)
                chosen = installation.outstanding(connection, found)
        return load_deliveries(engine, installation.open_ingest(), source_id, chosen)


def _delivered(found: list[Delivery], source_id: str, day: str) -> Delivery:
    for delivery in found:
        if delivery.delivery_on.isoformat() == day:
            return delivery
    raise CcdsError(
        f"there is no delivery of {source_id} on {day}",
        rule="delivery_exists",
        remedy=f"Put the export into the landing folder as {source_id}/{day}/, or choose another date.",
    )


def _metadata(done: Loading) -> dict[str, int | str]:
    days = list(done.accounts)
    return {"deliveries_n": len(days), "deliveries": _shown(days) or "none", **done.totals()}


def _shown(days: Sequence[date]) -> str:
    more = f" and {len(days) - _SHOWN} more" if len(days) > _SHOWN else ""
    return ", ".join(map(str, days[:_SHOWN])) + more


def _check_results(done: Loading, key: dg.AssetKey) -> Iterator[dg.AssetCheckResult]:
    """Return the result of each check; a source that nothing ever came of passes none, and stops nothing."""
    outcomes = {outcome.name: outcome for outcome in done.outcomes}
    for name in _CHECKS:
        nothing = CheckOutcome(name, passed=False, is_warning=True, counts={}, rules=("nothing_delivered",))
        yield check_result(outcomes.get(name, nothing), key)


def check_result(outcome: CheckOutcome, key: dg.AssetKey) -> dg.AssetCheckResult:
    """Return what came of a check as Dagster shows it."""
    texts = {
        "broken_rules": ", ".join(outcome.rules),
        "deliveries": ", ".join(map(str, outcome.days[:_SHOWN])),
    }
    return dg.AssetCheckResult(
        check_name=outcome.name,
        asset_key=key,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.WARN if outcome.is_warning else dg.AssetCheckSeverity.ERROR,
        description=outcome.advice or None,
        metadata=outcome.counts | {name: text for name, text in texts.items() if text},
    )
