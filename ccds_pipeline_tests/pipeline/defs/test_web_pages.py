"""Report and Data Docs are served to be read, guarded as the UI is; no other file is, by whatever address."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from ccds_pipeline.defs.web_guard import WebGuard
from ccds_pipeline.defs.web_pages import page_routes
from ccds_pipeline.settings import Settings

HOST = "127.0.0.1:3000"
SECRET = "not to be served"


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    """A server over a data folder with a report, a page of checks, and files that are nobody's business."""
    settings = Settings(data_dir=tmp_path / "data")
    docs = settings.data_docs_folder / "core"
    docs.mkdir(parents=True)
    (docs / "index.html").write_text("<p>rules</p>", encoding="utf-8")
    settings.report_file.write_text("<p>report</p>", encoding="utf-8")
    for file in (settings.warehouse_file, settings.data_dir / "pseudonym.key", tmp_path / "outside.html"):
        file.write_text(SECRET, encoding="utf-8")
    (docs / "link.html").symlink_to(settings.warehouse_file)
    return served(settings)


def served(settings: Settings) -> Starlette:
    middleware = [Middleware(WebGuard, hosts=frozenset({HOST}))]
    return Starlette(routes=page_routes(settings), middleware=middleware)


def ask(
    app: Starlette, path: str, *, method: str = "GET", host: str = HOST
) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of the answer to a path that is sent as it is."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()  # the browser stays
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 3000),
        "headers": [(b"host", host.encode()), (b"content-type", b"application/json")],
    }
    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:]).decode()


@pytest.mark.parametrize(
    ("path", "text"), [("/report/", "<p>report</p>"), ("/data-docs/core/", "<p>rules</p>")]
)
def test_a_page_is_served_in_an_origin_of_its_own(app, path, text):
    status, headers, body = ask(app, path)
    assert (status, body) == (200, text)
    assert headers["content-security-policy"].startswith("sandbox ")
    assert "allow-same-origin" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/report/warehouse.duckdb",
        "/report/../warehouse.duckdb",
        "/report/./pseudonym.key",
        "/report//report.html",
        "/data-docs/",
        "/data-docs/../warehouse.duckdb",
        "/data-docs/../pseudonym.key",
        "/data-docs/core/../../warehouse.duckdb",
        "/data-docs/core/../../../outside.html",
        "/data-docs//../warehouse.duckdb",
        "/data-docs/%2e%2e/warehouse.duckdb",
        "/data-docs/..\\warehouse.duckdb",
        "/data-docs/core/link.html",
        "/data-docs/core/\0index.html",
        "/warehouse.duckdb",
    ],
)
def test_no_other_file_is_served(app, path):
    status, _, body = ask(app, path)
    assert status == 404
    assert SECRET not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_page_is_only_read(app, method):
    assert ask(app, "/report/", method=method)[0] == 405


@pytest.mark.parametrize("path", ["/report/", "/data-docs/core/"])
def test_another_name_of_the_server_is_refused(app, path):
    assert ask(app, path, host="evil.example")[0] == 421


@pytest.mark.parametrize("path", ["/report/", "/data-docs/core/"])
def test_before_the_first_run_there_is_no_page(tmp_path, path):
    assert ask(served(Settings(data_dir=tmp_path / "empty")), path)[0] == 404
