"""The private copy: whole, hashed, seen by nobody else, and gone at the end."""

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest
from upath import UPath

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.run_folder import run_folder, sweep_dead_run_folders
from ccds_pipeline.sources.private_copy import copy_private

LIMIT = 1000


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.attack("A21")
def test_a_copy_is_numbered_hashed_and_private(tmp_path):
    delivered = tmp_path / "Ada Example.CSV"
    delivered.write_bytes(b"id\n1\n")
    with run_folder(tmp_path / "runs") as folder:
        copy = copy_private(UPath(delivered), folder, number=3, limit_bytes=LIMIT)
        assert copy.path.read_bytes() == b"id\n1\n"
        assert copy.digest == hashlib.sha256(b"id\n1\n").hexdigest()
        assert (copy.number, copy.suffix, copy.size_bytes) == (3, ".csv", 5)
        assert "Ada" not in str(copy.path)
        assert (mode_of(folder), mode_of(copy.path)) == (0o700, 0o600)
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.attack("A21")
def test_the_folder_is_removed_when_the_run_fails(tmp_path):
    folders = []

    def fail() -> None:
        with run_folder(tmp_path) as folder:
            folders.append(folder)
            (folder / "copy").write_bytes(b"personal")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not folders[0].exists()


def test_a_file_is_accepted_at_the_limit_and_refused_beyond_it(tmp_path):
    delivered = tmp_path / "a.csv"
    with run_folder(tmp_path / "runs") as folder:
        delivered.write_bytes(b"x" * LIMIT)
        assert copy_private(UPath(delivered), folder, number=1, limit_bytes=LIMIT).size_bytes == LIMIT
        delivered.write_bytes(b"x" * (LIMIT + 1))
        with pytest.raises(FileRefusedError) as refused:
            copy_private(UPath(delivered), folder, number=2, limit_bytes=LIMIT)
    assert refused.value.rule == "file_too_large"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "link to nothing"])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path, kind):
    delivered = tmp_path / "delivered"
    if kind == "pipe":
        os.mkfifo(delivered)
    elif kind == "folder":
        delivered.mkdir()
    else:
        delivered.symlink_to("/etc/passwd" if kind == "link" else tmp_path / "nowhere")
    with run_folder(tmp_path / "runs") as folder, pytest.raises(FileRefusedError) as refused:
        copy_private(UPath(delivered), folder, number=1, limit_bytes=10**6)
    assert refused.value.rule == "not_a_file"


def test_a_file_that_is_gone_or_unreadable_is_refused_without_its_name(tmp_path):
    with run_folder(tmp_path / "runs") as folder, pytest.raises(FileRefusedError) as refused:
        copy_private(UPath("memory://gone/Ada.csv"), folder, number=1, limit_bytes=LIMIT)
    assert refused.value.rule == "file_unreadable"
    assert "Ada" not in str(refused.value)


def test_a_file_that_grows_while_it_is_copied_is_refused(tmp_path):
    delivered = tmp_path / "a.csv"
    with delivered.open("wb") as stream:
        stream.truncate(64 * 1024**2)
    begun, stop = threading.Event(), threading.Event()

    def upload() -> None:
        with delivered.open("ab") as stream:
            while not stop.is_set():
                stream.write(b"y" * 1024)
                stream.flush()
                begun.set()

    writer = threading.Thread(target=upload)
    writer.start()
    begun.wait()
    try:
        with run_folder(tmp_path / "runs") as folder, pytest.raises(FileRefusedError) as refused:
            copy_private(UPath(delivered), folder, number=1, limit_bytes=1024**3)
    finally:
        stop.set()
        writer.join()
    assert refused.value.rule == "file_unstable"


def test_a_remote_file_is_copied_like_a_local_one(tmp_path):
    remote = UPath("memory://private-copy-test/a.csv")
    remote.write_bytes(b"id\n")
    with run_folder(tmp_path) as folder:
        copy = copy_private(remote, folder, number=1, limit_bytes=LIMIT)
        assert (copy.path.read_bytes(), copy.suffix) == (b"id\n", ".csv")


def test_sweeping_a_place_that_does_not_exist_removes_nothing(tmp_path):
    assert sweep_dead_run_folders(tmp_path / "never") == 0
