"""``deploy/nginx.conf`` in a real nginx, in front of a real web server: sign-in, and the guard behind it."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest

from ccds_pipeline.cli.ui import LOCAL, listen
from ccds_pipeline_tests.support.services import DEPLOY, Services, services

pytestmark = [
    pytest.mark.slow,
    pytest.mark.heavy,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
]

_NAME = "kpis.example.org"
_PASSWORD = "correct horse"
_SIGNED_IN = {"Authorization": "Basic " + base64.b64encode(f"anna:{_PASSWORD}".encode()).decode()}
_WRONG = {"Authorization": "Basic " + base64.b64encode(b"anna:wrong").decode()}
_JSON = {"Content-Type": "application/json", "Origin": f"https://{_NAME}", "Sec-Fetch-Site": "same-origin"}
_CHANGE = json.dumps({"query": 'mutation { setConcurrencyLimit(concurrencyKey: "proxied", limit: 1) }'})
_LIMITS = "{ instance { concurrencyLimits { concurrencyKey } } }"
_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Protocol": "graphql-ws",
    "Origin": f"https://{_NAME}",
}
# What lies around the site's file in a distribution.
_AROUND = """user root; daemon off; pid {folder}/pid; error_log stderr;
events {{ }}
http {{ access_log off; include {folder}/site.conf; }}
"""


@dataclass(frozen=True)
class Proxy:
    """A nginx that listens."""

    plain_port: int
    port: int
    certificate: Path

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None = None
    ) -> tuple[int, Mapping[str, str]]:
        """Return status and headers of the answer over TLS."""
        connection = _ByName(self.port, ssl.create_default_context(cafile=str(self.certificate)))
        try:
            connection.request(method, path, body, {"Host": _NAME, **headers})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders())
        finally:
            connection.close()


class _ByName(HTTPSConnection):
    """Goes to this machine, and asks for the proxy's name there."""

    def __init__(self, port: int, context: ssl.SSLContext, name: str = _NAME) -> None:
        super().__init__(name, port, timeout=120, context=context)
        self._tls = context

    def connect(self) -> None:
        plain = socket.create_connection((LOCAL, self.port), timeout=120)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with services(tmp_path_factory.mktemp("web"), {"CCDS_UI_HOSTS": _NAME}) as installation:
        installation.start("ccds-web.service")
        installation.wait_until("{ version }", bool)
        yield installation


@pytest.fixture(scope="module")
def proxy(web: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={_NAME}"]
    names = ["-addext", f"subjectAltName=DNS:{_NAME}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *names], check=True, capture_output=True)
    crypted = subprocess.run(
        ["openssl", "passwd", "-6", _PASSWORD], check=True, capture_output=True, text=True
    )
    (folder / "htpasswd").write_text(f"anna:{crypted.stdout}")
    with listen(LOCAL, 0) as plain, listen(LOCAL, 0) as secure:
        started = Proxy(plain.getsockname()[1], secure.getsockname()[1], certificate)
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    for there, here in {
        "listen 80": f"listen {LOCAL}:{started.plain_port}",
        "listen 443": f"listen {LOCAL}:{started.port}",
        "/etc/ssl/certs/kpis.example.org.pem;": f"{certificate};",
        "/etc/ssl/private/kpis.example.org.key;": f"{key};",
        "/etc/nginx/ccds.htpasswd;": f"{folder}/htpasswd;",
        "http://127.0.0.1:3000;": f"http://{LOCAL}:{web.port};",
    }.items():
        assert there in site
        site = site.replace(there, here)
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        _wait_for(started.port, process)
        yield started
    finally:
        process.terminate()
        process.wait(60)


def test_without_sign_in_nothing_is_shown(proxy):
    assert proxy.ask("GET", "/", {})[0] == 401
    assert proxy.ask("GET", "/", _WRONG)[0] == 401
    assert proxy.ask("POST", "/graphql", _JSON, _CHANGE)[0] == 401
    assert proxy.ask("GET", "/graphql", _UPGRADE)[0] == 401


def test_who_signed_in_sees_the_page_and_changes_things(proxy, web):
    status, headers = proxy.ask("GET", "/", _SIGNED_IN)
    assert (status, headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
    assert proxy.ask("POST", "/graphql", {**_SIGNED_IN, **_JSON}, _CHANGE)[0] == 200
    limits = web.ask(_LIMITS)["instance"]["concurrencyLimits"]
    assert {"concurrencyKey": "proxied"} in limits
    assert proxy.ask("GET", "/graphql", {**_SIGNED_IN, **_UPGRADE})[0] == 101


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_a_page_of_another_site_does_nothing_with_the_sign_in_of_a_browser(proxy, headers, status):
    assert proxy.ask("POST", "/graphql", {**_SIGNED_IN, **_JSON, **headers}, _CHANGE)[0] == status


def test_another_name_gets_no_answer_and_a_plain_address_the_right_one(proxy):
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        _ByName(proxy.port, ssl.create_default_context(), "evil.example").request("GET", "/")
    plain = HTTPConnection(LOCAL, proxy.plain_port, timeout=120)
    plain.request("GET", "/runs", headers={"Host": _NAME})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{_NAME}/runs")
    plain.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None
        try:
            socket.create_connection((LOCAL, port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nginx does not listen")
