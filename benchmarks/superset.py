"""Import the Superset bundles into a real Superset, twice, and compare what every chart shows with its table.

``make superset``. Superset gets an environment of its own, which takes minutes and a network; pictures of the
dashboards go to ``docs/images``. DuckDB first, then a PostgreSQL server of the tests' own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as dt_time
from pathlib import Path
from typing import Any

import duckdb
import yaml
from playwright.sync_api import BrowserContext, Response, sync_playwright

from ccds_pipeline.cli.options import settings_of
from ccds_pipeline.exports.write import export
from ccds_pipeline.release.mirror import mirror
from ccds_pipeline.warehouse.postgres import open_postgres
from ccds_pipeline.warehouse.roles import grant_roles
from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.postgres import new_database, url_of_login

REQUIREMENTS = ("apache-superset[duckdb]==6.1.0", "psycopg2-binary", "cachetools")
PUBLISHED_BEFORE = "2026-05-15"
"""Superset does not pin what it needs, and does not start with the newest."""
PICTURES = ROOT / "docs" / "images"
_CONFIG = """
SECRET_KEY = "of a check on this machine, thrown away afterwards"
SQLALCHEMY_DATABASE_URI = "sqlite:///{home}/superset.db"
TALISMAN_ENABLED = False
WTF_CSRF_ENABLED = False
"""
_ADMIN: dict[str, str | float | bool] = {"username": "admin", "password": "admin"}
_LISTS = ("dashboard", "chart", "dataset", "database")
_PATIENCE_MS = 300_000  # a busy machine draws slowly
_WIDTH, _HEIGHT = 1440, 5000  # charts below the window are not drawn
_BOTTOM = """Math.max(
  ...[...document.querySelectorAll('.dashboard-component')].map(cell => cell.getBoundingClientRect().bottom)
)"""

Rows = Counter[tuple[object, ...]]


@dataclass(frozen=True)
class Superset:
    """One installation: the environment, and a home of its own.

    Args:
        programs: Folder of the environment's programs.
        home: Folder of its settings and its own database.
    """

    programs: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """What its programs find in the environment."""
        own = {"SUPERSET_CONFIG_PATH": str(self.home / "superset_config.py"), "SUPERSET_HOME": str(self.home),
               "FLASK_APP": "superset", "PATH": f"{self.programs}:{os.environ['PATH']}"}  # fmt: skip
        return {**os.environ, **own}

    def run(self, *arguments: str) -> None:
        """Run ``superset`` to its end."""
        command = [str(self.programs / "superset"), *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=self.home, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"superset {arguments[0]} failed:\n{done.stderr[-3000:]}")

    def initialise(self) -> None:
        """Make its own database with an administrator."""
        self.home.mkdir(parents=True)
        (self.home / "superset_config.py").write_text(_CONFIG.format(home=self.home), encoding="utf-8")
        self.run("db", "upgrade")
        names = ("--firstname", "A", "--lastname", "B", "--email", "admin@example.org")
        self.run("fab", "create-admin", *names, *(f"--{name}={value}" for name, value in _ADMIN.items()))
        self.run("init")

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve it on the loopback, and yield its address."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            str(self.programs / "superset"),
            "run",
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "--with-threads",
        ]
        log = (self.home / "server.log").open("w", encoding="utf-8")
        with (
            log,
            subprocess.Popen(command, env=self.environment, cwd=self.home, stdout=log, stderr=log) as server,
        ):
            try:
                _wait_for(port)
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def main() -> None:
    """Check both bundles of one release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="data folder of a run")
    parser.add_argument("--keep", type=Path, help="folder for the environment, to be used again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ccds_superset_") as temporary:
        folder = (options.keep or Path(temporary)).absolute()
        check(settings_of(data=options.data).reporting_file.absolute(), folder, Path(temporary))


def check(release_file: Path, folder: Path, temporary: Path) -> None:
    """Import, compare and take pictures, first on DuckDB and then on PostgreSQL; leave at the first fault."""
    started = time.monotonic()
    programs = make_environment(folder / "environment")
    first = Superset(programs, temporary / "duckdb")
    first.initialise()
    # Superset keeps names of tables unique in one database of its own, so that each engine gets one.
    second = Superset(programs, temporary / "postgresql")
    shutil.copytree(first.home, second.home)
    config = _CONFIG.format(home=second.home)
    (second.home / "superset_config.py").write_text(config, encoding="utf-8")
    _say(started, "Superset is installed")
    export(release_file, temporary, ["superset"])
    bundles = temporary / "superset"
    first.run("import-dashboards", "-p", str(bundles / "superset-duckdb.zip"), "-u", "admin")
    _say(started, "dashboards on DuckDB are there")
    _check_bundle(first, bundles / "superset-duckdb.zip", release_file, PICTURES)
    with new_database() as url:
        os.environ["CCDS_POSTGRES_URL"] = url
        with open_postgres("CCDS_POSTGRES_URL") as engine:
            grant_roles(engine)
            mirror(release_file, engine)
        reader = url_of_login(url, "ccds_reader").replace("+psycopg:", "+psycopg2:")
        bundle = bundles / "superset-postgresql.zip"
        second.run("import-dashboards", "-p", str(bundle), "-u", "admin")
        second.run("set-database-uri", "-d", _database_name(bundle), "-u", reader)
        _check_bundle(second, bundle, release_file, folder)
    _say(started, "all is as released")


def make_environment(folder: Path) -> Path:
    """Install Superset into a folder unless it is there; return the folder of its programs."""
    programs = folder / "bin"
    if not (programs / "superset").exists():
        uv = str(Path(sys.executable).parent / "uv")
        subprocess.run([uv, "venv", "--quiet", "--python", "3.11", str(folder)], check=True)
        dated = ["--exclude-newer", PUBLISHED_BEFORE]
        install = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            str(programs / "python"),
            *dated,
            *REQUIREMENTS,
        ]
        subprocess.run(install, check=True)
    return programs


def _check_bundle(superset: Superset, bundle: Path, release_file: Path, pictures: Path) -> None:
    """Import a bundle a second time, compare all numbers, and take a picture of each dashboard."""
    with superset.served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": _WIDTH, "height": _HEIGHT})
        context.set_default_timeout(_PATIENCE_MS)
        context.request.post(f"{address}/login/", form=_ADMIN)
        before = _objects(context, address)
        superset.run("import-dashboards", "-p", str(bundle), "-u", "admin")
        if before != _objects(context, address):
            sys.exit("the second import made something anew")
        print(f"{bundle.name}: imported twice, {', '.join(f'{len(v)} {k}s' for k, v in before.items())}")
        identifiers = {item["id"]: item["uuid"] for item in _list(context, address, "chart")}
        compared = []
        for dashboard in _documents(bundle, "dashboards"):
            page = f"{address}/superset/dashboard/{dashboard['slug']}/?standalone=1"
            sent = _sent(context, page, pictures / _picture_name(dashboard))
            by_chart = {identifiers[number]: data for number, data in sent.items()}
            compared.append(_compare(dashboard, bundle, by_chart, release_file))
        print(f"{bundle.name}: {sum(compared)} charts of {len(compared)} dashboards equal their tables")
        browser.close()


def _objects(context: BrowserContext, address: str) -> dict[str, set[str]]:
    """Return the identifiers of whatever Superset holds, by kind."""
    found = {}
    for kind in _LISTS:
        answer = context.request.get(f"{address}/api/v1/{kind}/?q=(page_size:200)")
        found[kind] = {str(item["uuid"]) for item in answer.json()["result"]}
    return found


def _compare(
    dashboard: Mapping[str, Any], bundle: Path, sent: Mapping[str, Sequence[Mapping[str, Any]]], file: Path
) -> int:
    """Compare what the charts of a dashboard were sent with their tables; return the number of charts."""
    datasets = {document["uuid"]: document for document in _documents(bundle, "datasets")}
    charts = {document["uuid"]: document for document in _documents(bundle, "charts")}
    cells = [cell for cell in dashboard["position"].values() if isinstance(cell, dict)]
    on_page = {cell["meta"]["uuid"] for cell in cells if cell.get("type") == "CHART"}
    if set(sent) != on_page:
        missing = [charts[uuid]["slice_name"] for uuid in on_page - set(sent)]
        sys.exit(f"{dashboard['dashboard_title']}: no data came for {missing}")
    filters = _defaults(dashboard, charts)
    for uuid, data in sent.items():
        chart = charts[uuid]
        expected = _expected(chart, datasets[chart["dataset_uuid"]], filters[uuid], file)
        received = _received(chart, data)
        if expected != received:
            sys.exit(
                f"{chart['slice_name']}: {len(expected - received)} rows are missing and "
                f"{len(received - expected)} are not in the table"
            )
    return len(sent)


def _sent(context: BrowserContext, address: str, picture: Path) -> dict[int, list[dict[str, Any]]]:
    """Open a dashboard, take a picture of it, and return the rows that each chart was sent, by its number."""
    sent: dict[int, list[dict[str, Any]]] = {}

    def keep(response: Response) -> None:
        if "/api/v1/chart/data" in response.url and response.ok:
            number = json.loads(response.request.post_data or "{}")["form_data"].get("slice_id")
            if number:  # not the choices of a filter
                sent[number] = response.json()["result"][0]["data"]

    page = context.new_page()
    page.on("response", keep)
    page.goto(address, wait_until="networkidle")
    page.wait_for_function(
        "!document.body.innerText.includes('Waiting on') && !document.querySelector('.loading')"
    )
    page.wait_for_timeout(3000)  # bars grow
    bottom = page.evaluate(_BOTTOM)
    page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": _WIDTH, "height": bottom + 24})
    page.close()
    return sent


def _picture_name(dashboard: Mapping[str, Any]) -> str:
    title = dashboard["dashboard_title"].rpartition(": ")[2]
    return f"superset-{title.lower().replace(' ', '-')}.png"


def _list(context: BrowserContext, address: str, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = context.request.get(f"{address}/api/v1/{kind}/?q=(page_size:200)").json()[
        "result"
    ]
    return found


def _defaults(dashboard: Mapping[str, Any], charts: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the conditions that the filters of a dashboard set on each chart when it opens."""
    cells = [
        cell["meta"] for cell in dashboard["position"].values() if isinstance(cell, dict) and "meta" in cell
    ]
    numbers = {cell["uuid"]: cell["chartId"] for cell in cells if "uuid" in cell}
    return {
        uuid: [
            condition
            for entry in dashboard["metadata"]["native_filter_configuration"]
            if numbers.get(uuid) not in entry["scope"]["excluded"]
            for condition in entry["defaultDataMask"]["extraFormData"].get("filters", ())
        ]
        for uuid in charts
    }


def _shown_columns(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a chart shows: its name in the answer, and the column or expression it stands for."""
    params = document["params"]
    if params.get("query_mode") == "raw":
        return [(name, name) for name in params["all_columns"]]
    metrics = [params["metric"]] if "metric" in params else params["metrics"]
    axes = [params["x_axis"], *params["groupby"]] if "x_axis" in params else []
    values = [(m["label"], m["sqlExpression"].removeprefix("MAX(").removesuffix(")")) for m in metrics]
    return [*((name, name) for name in axes), *values]


def _expected(
    document: Mapping[str, Any], dataset: Mapping[str, Any], filters: Sequence[Mapping[str, Any]], file: Path
) -> Rows:
    """Return the rows of the released table that a chart should show, each as it was released."""
    calculated = {c["column_name"]: c["expression"] for c in dataset["columns"] if "expression" in c}
    columns = [calculated.get(expression, expression) for _, expression in _shown_columns(document)]
    conditions = [(f["subject"], f["comparator"]) for f in document["params"]["adhoc_filters"]]
    conditions += [(f["col"], f["val"]) for f in filters]
    where = " AND ".join(f"{column} IN (SELECT unnest(?))" for column, _ in conditions) or "true"
    values = [value if isinstance(value, list) else [value] for _, value in conditions]
    query = f"SELECT {', '.join(columns)} FROM reporting.{dataset['table_name']} WHERE {where}"  # noqa: S608  # of the bundle
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(query, values).fetchall()
    is_by_series = bool(document["params"].get("groupby"))
    return Counter(tuple(map(_plain, row)) for row in rows if not is_by_series or row[-1] is not None)


def _received(document: Mapping[str, Any], data: Sequence[Mapping[str, Any]]) -> Rows:
    """Return the rows that a chart was sent; series are sent as columns, whether or not they have a value."""
    if document["params"].get("groupby"):
        axis = document["params"]["x_axis"]
        cells = [
            (row[axis], series, value) for row in data for series, value in row.items() if series != axis
        ]
        return Counter(tuple(map(_plain, cell)) for cell in cells if cell[2] is not None)
    return Counter(tuple(_plain(row[name]) for name, _ in _shown_columns(document)) for row in data)


def _plain(value: object) -> object:
    """Return a value in one form, whether it came from a database or as JSON."""
    if isinstance(value, datetime | date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, dt_time())
        return moment.replace(tzinfo=UTC).timestamp() * 1000
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(float(value), 9)
    return value


def _documents(bundle: Path, kind: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(bundle) as file:
        names = [name for name in file.namelist() if name.startswith(f"ccds/{kind}/")]
        return [yaml.safe_load(file.read(name)) for name in names]


def _database_name(bundle: Path) -> str:
    (database,) = _documents(bundle, "databases")
    return str(database["database_name"])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(1)
    sys.exit("Superset did not start within three minutes")


def _say(started: float, what: str) -> None:
    print(f"{(time.monotonic() - started) / 60:.1f} minutes: {what}")


if __name__ == "__main__":
    main()
