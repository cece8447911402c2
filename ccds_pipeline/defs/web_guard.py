"""What stands in front of Dagster's web server: no page of another site reads or changes anything through it.

A browser sends requests of any page to a server on its own machine. Who may sign in belongs in a proxy.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READING = frozenset({"GET", "HEAD"})
_LOCAL = ("127.0.0.1", "localhost", "[::1]")
_HTTP_PORT = 80  # which browsers leave out
_POLICY_VIOLATION = 1008


def own_hosts(port: int, further: Collection[str]) -> frozenset[str]:
    """Return the names, with port, that the server goes by: this machine's, and further ones."""
    local = {host if port == _HTTP_PORT else f"{host}:{port}" for host in _LOCAL}
    return frozenset(local | {host.lower() for host in further})


class WebGuard:
    """Refuse what another site may have sent, before the application sees it.

    Refused are a host that is not ours (as after DNS rebinding), a change or a websocket that a page of
    another origin asks for, a GraphQL query in the address, and a change that is not JSON, which a form of
    any page could send. What is answered is not shown in a frame of another site.

    Args:
        app: The web server.
        hosts: As ``own_hosts`` gives them.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is refused; pass on any other."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _unframed(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            status, reason = refusal
            await PlainTextResponse(f"Refused: {reason}.\n", status)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and reason if a request is refused."""
        headers = Headers(scope=scope)
        # control: other names of the server are refused
        if headers.get("host", "").lower() not in self._hosts:
            return 421, "this server does not go by that name; CCDS_UI_HOSTS lists further ones"
        if scope["type"] == "http" and scope["method"] in _READING:
            # control: an address asks for no change
            is_query = scope["path"].rstrip("/").endswith("/graphql") and scope["query_string"]
            return (405, "a GraphQL query is sent by POST") if is_query else None
        # control: pages of other sites change nothing
        if self._is_foreign(headers):
            return 403, "the page that asks is of another site"
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        # control: a change is sent as JSON
        if scope["type"] == "http" and media_type != "application/json":
            return 415, "a change is sent as application/json"
        return None

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether the browser says that a page of another origin asks; other programs say nothing."""
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        return any(_host_of(origin) not in self._hosts for origin in origins) or any(
            site not in {"same-origin", "none"} for site in sites
        )


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _unframed(send: Send) -> Send:
    async def send_unframed(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Frame-Options"] = "SAMEORIGIN"
        await send(message)

    return send_unframed
