"""Landing folders on other machines: a real S3-compatible server and a real SFTP server, on this machine."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import fsspec
import pytest
from upath import UPath

from ccds_pipeline.errors import CcdsError, FileRefusedError, UnreachableError
from ccds_pipeline.ingest.installation import demonstration_note
from ccds_pipeline.run_folder import run_folder
from ccds_pipeline.sources.landing import find_deliveries, open_landing
from ccds_pipeline.sources.private_copy import copy_private

asyncssh = pytest.importorskip("asyncssh")
moto = pytest.importorskip("moto.server")
pytest.importorskip("s3fs")
pytest.importorskip("sshfs")

# The libraries leave it to the garbage collector to close their connections.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
DAY, LIMIT = date(2022, 3, 1), 10**6
Deliver = Callable[[str, bytes], None]
Elsewhere = tuple[str, Deliver]


@pytest.fixture(autouse=True)
def _own_connections() -> Iterator[None]:
    """File systems are kept by fsspec for a whole process; each test has servers of its own."""
    yield
    for protocol in ("s3", "sftp"):
        fsspec.get_filesystem_class(protocol).clear_instance_cache()
    gc.collect()


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Elsewhere:
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    client, bucket = boto3.client("s3"), f"landing-{abs(hash(tmp_path))}"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})

    def deliver(path: str, content: bytes) -> None:
        client.put_object(Bucket=bucket, Key=f"deliveries/{path}", Body=content)

    return f"s3://{bucket}/deliveries", deliver


@contextmanager
def sftp_server(root: Path, home: Path, *, port: int = 0) -> Iterator[int]:
    """Serve a folder to whoever has the key of ``home``, from a thread; yield the port."""
    host_key, user_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    ssh = home / ".ssh"
    ssh.mkdir(parents=True, exist_ok=True)
    user_key.write_private_key(ssh / "id_ed25519")
    user_key.write_public_key(ssh / "authorized")
    connections = []

    class Server(asyncssh.SSHServer):  # type: ignore[misc, name-defined]  # imported where it is installed
        def connection_made(self, conn: Any) -> None:
            connections.append(conn)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def listen() -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            port,
            server_factory=Server,
            server_host_keys=[host_key],
            authorized_client_keys=str(ssh / "authorized"),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root)),
        )

    async def end() -> None:
        listening.close()
        for connection in connections:
            connection.abort()
        await listening.wait_closed()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=30)

    listening = run(listen())
    bound = listening.get_port()
    public = host_key.export_public_key().decode().strip()
    (ssh / "known_hosts").write_text(f"[127.0.0.1]:{bound} {public}\n")
    yield bound
    run(end())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    root, home = tmp_path / "served", tmp_path / "home"
    (root / "deliveries").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)

    def deliver(path: str, content: bytes) -> None:
        file = root / "deliveries" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    with sftp_server(root, home) as port:
        yield f"sftp://ada@127.0.0.1:{port}/deliveries", deliver
        fsspec.get_filesystem_class("sftp").clear_instance_cache()


@pytest.fixture(params=["s3", "sftp"])
def elsewhere(request: pytest.FixtureRequest) -> Elsewhere:
    found: Elsewhere = request.getfixturevalue(request.param)
    return found


def test_deliveries_are_found_and_copied_with_their_digest(elsewhere, tmp_path):
    landing, deliver = elsewhere
    deliver("survey/2022-03-01/a.csv", b"id\n1\n")
    deliver("survey/2022-03-01/b.csv.part", b"half")
    deliver("survey/stray.csv", b"x")
    found = find_deliveries(landing, ["survey"])
    assert [problem.rule for problem in found.problems] == ["stray_file"]
    ((delivery),) = found.deliveries
    assert (delivery.delivery_on, [file.name for file in delivery.files]) == (DAY, ["a.csv"])
    with run_folder(tmp_path / "runs") as folder:
        copy = copy_private(delivery.files[0], folder, number=1, limit_bytes=LIMIT)
        assert copy.path.read_bytes() == b"id\n1\n"
    assert copy.digest == hashlib.sha256(b"id\n1\n").hexdigest()


def test_what_comes_later_is_seen_at_the_next_look_of_the_same_process(elsewhere):
    landing, deliver = elsewhere
    deliver("survey/2022-03-01/a.csv", b"id\n")
    first = find_deliveries(landing, ["survey"]).deliveries[0].fingerprint()
    deliver("survey/2022-03-01/a.csv", b"id\n1\n")
    deliver("survey/2022-03-02/a.csv", b"id\n")
    later = find_deliveries(landing, ["survey"]).deliveries
    assert len(later) == 2
    assert later[0].fingerprint() != first
    assert later[0].fingerprint() == find_deliveries(landing, ["survey"]).deliveries[0].fingerprint()


def test_a_large_file_is_refused_before_it_is_copied(elsewhere, tmp_path):
    landing, deliver = elsewhere
    deliver("survey/2022-03-01/a.csv", b"x" * 101)
    ((delivery),) = find_deliveries(landing, ["survey"]).deliveries
    with run_folder(tmp_path / "runs") as folder, pytest.raises(FileRefusedError) as refused:
        copy_private(delivery.files[0], folder, number=1, limit_bytes=100)
    assert refused.value.rule == "file_too_large"


def test_the_note_of_a_demonstration_is_read_there(elsewhere):
    landing, deliver = elsewhere
    deliver("demonstration.json", b'{"synthetic": true}')
    assert "Synthetic" in demonstration_note(landing)


def test_a_folder_that_is_not_there_is_told_without_the_user(elsewhere):
    landing, _ = elsewhere
    with pytest.raises(CcdsError) as missing:
        find_deliveries(f"{landing}-nowhere", ["survey"])
    assert missing.value.rule == "landing_missing"
    assert "ada" not in str(missing.value)


def test_a_server_that_is_away_is_no_empty_source_and_tells_no_secret(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for landing in ("s3://bucket/landing", "sftp://ada@127.0.0.1:9/landing"):
        with pytest.raises(UnreachableError) as away:
            find_deliveries(landing, ["survey"])
        assert away.value.rule == "landing_reachable"
        assert away.value.__cause__ is None
        assert not [word for word in ("hunter2", "ada@", "invented") if word in str(away.value)]


def test_a_server_with_another_host_key_is_not_trusted(sftp, monkeypatch, tmp_path):
    landing, _ = sftp
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    hosts = tmp_path / "home" / ".ssh" / "known_hosts"
    hosts.write_text(hosts.read_text().split()[0] + " " + other)
    with pytest.raises(UnreachableError):
        open_landing(landing)


def test_a_file_whose_server_goes_away_refuses_no_file(sftp_gone, tmp_path):
    file = sftp_gone
    with run_folder(tmp_path / "runs") as folder, pytest.raises(UnreachableError):
        copy_private(file, folder, number=1, limit_bytes=LIMIT)


def test_a_server_that_comes_back_is_asked_again(tmp_path, monkeypatch):
    root, home = tmp_path / "served", tmp_path / "home"
    (root / "survey" / "2022-03-01").mkdir(parents=True)
    (root / "survey" / "2022-03-01" / "a.csv").write_bytes(b"id\n")
    monkeypatch.setenv("HOME", str(home))
    with sftp_server(root, home) as port:
        landing = f"sftp://ada@127.0.0.1:{port}/"
        assert len(find_deliveries(landing, ["survey"]).deliveries) == 1
    with pytest.raises(UnreachableError):
        find_deliveries(landing, ["survey"])
    with sftp_server(root, home, port=port):
        assert len(find_deliveries(landing, ["survey"]).deliveries) == 1


@pytest.fixture
def sftp_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UPath:
    """A file that was found on a server that has ended since."""
    root, home = tmp_path / "served", tmp_path / "home"
    (root / "survey" / "2022-03-01").mkdir(parents=True)
    (root / "survey" / "2022-03-01" / "a.csv").write_bytes(b"id\n")
    monkeypatch.setenv("HOME", str(home))
    with sftp_server(root, home) as port:
        ((delivery),) = find_deliveries(f"sftp://ada@127.0.0.1:{port}/", ["survey"]).deliveries
    return delivery.files[0]
