"""Causes of alerts that tests invent, and a real HTTP server that takes alerts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from ccds_pipeline.alerts.causes import Cause, Look

FULL = Cause("disk", "", "The disk is full", ("0.1 GiB left",), "Free space.", state="none")
LATE = Cause("deliveries", "", "Deliveries are not loaded", ("1: a/2026-11-29",), "ccds run", state="one")
WELL = Look(frozenset({"disk", "deliveries"}))


def found(*causes: Cause, topics: frozenset[str] = WELL.topics) -> Look:
    """Return what a look at the topics found."""
    return Look(topics, causes)


class Receiver:
    """What a web hook was sent; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.status = 200
        self.url = ""

    @property
    def text(self) -> str:
        """All that was sent, as one text."""
        return "\n".join(f"{one['title']}\n{one['message']}" for one in self.messages)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve a web hook on this machine, at ``url`` as apprise writes it."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if receiver.status == 200:
                receiver.messages.append(body)
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"json://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
