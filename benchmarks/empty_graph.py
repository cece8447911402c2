"""Run the graph of the pipeline with empty bodies: what Dagster itself costs, from process start to end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import dagster as dg

from ccds_pipeline.definitions import defs


def emptied(definition: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Return an asset definition with the same keys, dependencies and checks that does nothing."""
    specs = [dg.AssetSpec(spec.key, deps=spec.deps) for spec in definition.specs]
    checks = list(definition.check_specs)

    @dg.multi_asset(specs=specs, check_specs=checks, name=definition.op.name)
    def nothing() -> Iterator[object]:
        yield from (dg.MaterializeResult(asset_key=spec.key) for spec in specs)
        yield from passed(checks)

    return nothing


def emptied_checks(definition: dg.AssetsDefinition) -> dg.AssetChecksDefinition:
    """Return a definition of the same checks that does nothing."""
    checks = list(definition.check_specs)

    @dg.multi_asset_check(specs=checks, name=definition.op.name)
    def nothing() -> Iterator[object]:
        yield from passed(checks)

    return nothing


def passed(checks: list[dg.AssetCheckSpec]) -> Iterator[dg.AssetCheckResult]:
    """Yield a result for each check."""
    for check in checks:
        yield dg.AssetCheckResult(asset_key=check.asset_key, check_name=check.name, passed=True)


def main() -> None:
    """Run everything once on an instance of its own, as the command does."""
    found = defs()
    assets = [asset for asset in found.assets or [] if isinstance(asset, dg.AssetsDefinition)]
    empty = dg.Definitions(
        assets=[emptied(asset) for asset in assets if not isinstance(asset, dg.AssetChecksDefinition)],
        asset_checks=[emptied_checks(check) for check in found.asset_checks or []],
        jobs=[dg.define_asset_job("everything")],
        executor=dg.in_process_executor,
    )
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        result = empty.resolve_job_def("everything").execute_in_process(run_config=quiet, instance=instance)
        if not result.success:
            raise SystemExit("the empty graph failed")


if __name__ == "__main__":
    main()
