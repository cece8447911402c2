"""Run the ``ccds`` command of this checkout as a user does, and the pure pipeline without Dagster."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from itertools import count
from pathlib import Path

import pandas as pd

from ccds_pipeline.cli.main import main
from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.kpi.build import refresh_kpis
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.paths import ROOT

_PROCESSES = multiprocessing.get_context("forkserver")
# What the command imports sooner or later is imported once, in the process that the others are forked from.
_PROCESSES.set_forkserver_preload(
    ["ccds_pipeline.definitions", "great_expectations", "ccds_pipeline.cli.main"]
)


def ccds(
    *arguments: str | Path, key: str | None = None, cwd: Path | None = None, log_format: str = "text"
) -> subprocess.CompletedProcess[str]:
    """Run ``ccds`` in a process of its own, with no setting but those given; it talks as to people."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("CCDS_", "DAGSTER_"))
    }
    if key is not None:
        environment["CCDS_PSEUDONYM_KEY"] = key
    environment |= {"PYTHONPATH": str(ROOT), "CCDS_LOG_FORMAT": log_format}
    words = ["ccds", *map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _PROCESSES.Process(target=_run, args=(words, environment, cwd or Path.cwd(), out, err))
        process.start()
        process.join()
        code = process.exitcode
        assert code is not None
        return subprocess.CompletedProcess(words, code, out.read_text("utf-8"), err.read_text("utf-8"))


def killed_in(module: str, name: str, nth: int, work: Callable[..., object], *arguments: object) -> None:
    """Do some work in a process of its own, which kills itself at the nth call of a function of a module."""
    process = _PROCESSES.Process(target=_work_until, args=(module, name, nth, work, arguments))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def _work_until(
    module: str, name: str, nth: int, work: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    place = import_module(module)
    function, calls = getattr(place, name), count(1)

    def or_die(*given: object, **named: object) -> object:
        if next(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **named)

    setattr(place, name, or_die)
    work(*arguments)


def _run(words: list[str], environment: dict[str, str], cwd: Path, out: Path, err: Path) -> None:
    """Do in a forked process what ``python -m ccds_pipeline`` does in a new one."""
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = words
    main()


def kpis_without_dagster(landing: Path, data: Path, programme_file: Path) -> pd.DataFrame:
    """Load every delivery and compute the KPIs by calling the package alone."""
    programme = load_programme(programme_file)
    ingest = Ingest(programme, "contract", PSEUDONYMISER, data / "runs")
    with open_warehouse(data / "warehouse.duckdb") as engine:
        for delivery in find_deliveries(str(landing), programme.sources_by_id).deliveries:
            ingest.load(engine, delivery)
        basis = current_basis(engine)
        refresh_core(engine, programme, basis)
        refresh_kpis(engine, programme, basis, run_id="test")
        with engine.connect() as connection:
            return read_frame(connection, table_of("kpi.kpi"))


def differences(kpis: pd.DataFrame, truth: Path) -> list[str]:
    """Return where the KPI rows differ from the planted truth, to the last digit."""
    key = ["kpi_id", "estimand", "wave", "breakdown", "level"]
    found = kpis.set_index(key)
    planted = pd.DataFrame(json.loads(truth.read_text())["kpis"]).set_index(key)
    missing = [f"{name} is missing" for name in planted.index.difference(found.index)]
    both = planted.index.intersection(found.index)
    wrong = []
    for column in ("numerator", "denominator", "eligible_n", "value"):
        ours, theirs = (frame.loc[both, column].astype("float64") for frame in (found, planted))
        differs = ~((ours == theirs) | (ours.isna() & theirs.isna()))
        wrong += [f"{name} {column}: {ours[name]!r}, not {theirs[name]!r}" for name in both[differs]]
    return missing + wrong
