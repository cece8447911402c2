"""The UI as it is served: what another site sends is refused, what its own page sends is done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from ccds_pipeline.cli.ui import LOCAL, listen
from ccds_pipeline.defs.web_guard import own_hosts
from ccds_pipeline.errors import BusyError
from ccds_pipeline_tests.support.paths import ROOT

pytestmark = pytest.mark.slow

_ENDING_SECONDS = 60  # it takes six on a machine that is busy, and this one may be busier
_PROXY = "kpis.example.org"
_EVIL = "https://evil.example"
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Protocol": "graphql-ws",
}
# Started in the background by a shell without job control, a command ignores Ctrl+C.
_IN_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")


@dataclass(frozen=True)
class Ui:
    """A ``ccds ui`` that answers."""

    process: psutil.Popen
    port: int

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None = None
    ) -> tuple[int, str]:
        """Return status and text of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, "" if answer.status == 101 else answer.read().decode()
        finally:
            connection.close()

    def limit(self, key: str, method: str, headers: Mapping[str, str]) -> int:
        """Ask for a change by an address or in the body, and return the status."""
        query = f'mutation {{ setConcurrencyLimit(concurrencyKey: "{key}", limit: 1) }}'
        if method == "GET":
            return self.ask("GET", "/graphql?" + urlencode({"query": query}), headers)[0]
        body = json.dumps({"query": query}) if headers.get("Content-Type") == "application/json" else ""
        return self.ask("POST", "/graphql?" + urlencode({"query": query}), headers, body)[0]

    def limits(self) -> list[str]:
        """Return what was changed."""
        query = json.dumps({"query": "{ instance { concurrencyLimits { concurrencyKey } } }"})
        found = json.loads(self.ask("POST", "/graphql", _JSON, query)[1])
        return [limit["concurrencyKey"] for limit in found["data"]["instance"]["concurrencyLimits"]]

    def end(self, number: int) -> int:
        """Signal the command, and return its exit code; no process of its own is left."""
        children = self.process.children(recursive=True)
        assert children
        self.process.send_signal(number)
        code: int = self.process.wait(_ENDING_SECONDS)
        assert [child for child in children if child.is_running()] == []
        return code


@contextmanager
def _served(data: Path, *options: str) -> Iterator[Ui]:
    with listen(LOCAL, 0) as listener:
        port = listener.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CCDS_", "DAGSTER_"))}
    process = psutil.Popen(
        [*_IN_BACKGROUND, sys.executable, "-m", "ccds_pipeline", "ui", "--port", str(port), *options],
        env={**kept, "CCDS_DATA_DIR": str(data), "CCDS_UI_HOSTS": _PROXY, "PYTHONPATH": str(ROOT)},
        cwd=data,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = Ui(process, port)
    try:
        address = f"Dagster UI: http://127.0.0.1:{port} (stop it with Ctrl+C)\n"
        assert any(line == address for line in process.stderr)
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(_ENDING_SECONDS)
        process.stderr.close()


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    with _served(tmp_path_factory.mktemp("ui")) as served:
        yield served


def test_the_page_is_served_once_the_address_is_printed(ui):
    status, page = ui.ask("GET", "/", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert (status, "<!DOCTYPE html>" in page) == (200, True)


@pytest.mark.parametrize("path", ["/report/", "/data-docs/core/"])
def test_pages_that_no_run_has_made_yet_are_not_there(ui, path):
    assert ui.ask("GET", path, {})[0] == 404


@pytest.mark.attack("A29")
@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"Host": "evil.example", "Origin": _EVIL}, 421),
        ("GET", {}, 405),
        ("POST", {**_JSON, "Host": "evil.example"}, 421),
        ("POST", {**_JSON, "Host": "127.0.0.1:1"}, 421),
        ("POST", {**_JSON, "Origin": _EVIL}, 403),
        ("POST", {**_JSON, "Origin": "null"}, 403),
        ("POST", {**_JSON, "Origin": "http://127.0.0.1:1"}, 403),
        ("POST", {**_JSON, "Origin": "http://[evil"}, 403),
        ("POST", {**_JSON, "Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", {**_JSON, "Sec-Fetch-Site": "same-site"}, 403),
        ("POST", _FORM, 415),
        ("POST", {"Content-Type": "text/plain; application/json"}, 415),
        ("POST", {"Content-Type": "application/graphql"}, 415),
        ("POST", {}, 415),
    ],
)
def test_a_change_that_another_site_may_have_sent_is_refused(ui, method, headers, status):
    assert ui.limit("probe", method, headers) == status
    assert "probe" not in ui.limits()


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        ("own", {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}),
        ("by_name", {"Host": "LOCALHOST:{port}", "Origin": "http://localhost:{port}"}),
        ("proxy", {"Host": _PROXY, "Origin": f"https://{_PROXY}"}),
        ("program", {}),
    ],
)
def test_a_change_of_its_own_page_or_of_a_program_is_made(ui, key, headers):
    sent = {name: value.format(port=ui.port) for name, value in headers.items()}
    assert ui.limit(key, "POST", {**_JSON, **sent}) == 200
    assert key in ui.limits()


@pytest.mark.attack("A29")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:{port}"}, 101),
        ({}, 101),
        ({"Origin": _EVIL}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_websocket_is_opened_for_its_own_page_alone(ui, headers, status):
    sent = {name: value.format(port=ui.port) for name, value in headers.items()}
    assert ui.ask("GET", "/graphql", {**_UPGRADE, **sent})[0] == status


def test_a_port_in_use_is_said_before_anything_starts(ui):
    with pytest.raises(BusyError, match=f"port {ui.port} of 127.0.0.1 is in use") as error:
        listen(LOCAL, ui.port)
    assert error.value.exit_code == 4


def test_it_ends_on_ctrl_c_although_it_was_started_in_the_background(ui):
    assert ui.end(signal.SIGINT) == 128 + signal.SIGINT


@pytest.mark.heavy
def test_a_viewer_changes_nothing(tmp_path):
    with _served(tmp_path, "--read-only") as served:
        assert served.limit("viewer", "POST", _JSON) == 500  # Dagster's answer to what is not permitted
        assert served.limits() == []
        assert served.end(signal.SIGTERM) == 128 + signal.SIGTERM


def test_a_browser_leaves_the_port_of_http_out():
    assert own_hosts(80, {"A.example"}) == {"127.0.0.1", "localhost", "[::1]", "a.example"}
