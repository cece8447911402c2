"""What the web server shows beside Dagster: the report, and the pages of the checks, to be read only.

Assets and checks link to them; a browser opens them from the UI's own address, behind its guard. They have an
origin of their own, so that nothing in them can ask Dagster for a change.
"""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from ccds_pipeline.defs.described import DATA_DOCS, REPORT
from ccds_pipeline.settings import Settings

_SANDBOX = "sandbox allow-scripts allow-popups allow-downloads allow-modals"


def page_routes(settings: Settings) -> list[BaseRoute]:
    """Return the routes of report and Data Docs."""
    return [
        Mount(DATA_DOCS, _Pages(settings.data_docs_folder)),
        Mount(REPORT.rstrip("/"), _OnePage(settings.report_file)),
    ]


class _Pages(StaticFiles):
    """The files of a folder, which a run may make later than the server starts; nothing above it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_sandboxed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _SANDBOX
                headers["Cache-Control"] = "no-cache"
            await send(message)

        await super().__call__(scope, receive, send_sandboxed)

    async def check_config(self) -> None:
        """Look for the folder at each request until it is there."""
        if not self._folder.is_dir():
            raise HTTPException(404)


class _OnePage(_Pages):
    """One file of a folder, and nothing else in it."""

    def __init__(self, file: Path) -> None:
        super().__init__(file.parent)
        self._name = file.name

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the page for the address itself."""
        if path != ".":
            raise HTTPException(404)
        return await super().get_response(self._name, scope)
