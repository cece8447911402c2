"""A small demonstration, written once, and what its files hold."""

import hashlib
from pathlib import Path

import pytest

from ccds_pipeline.synthetic.demonstration import write_demonstration

SMALL = 150


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    """A small demonstration; it is only read."""
    out: Path = tmp_path_factory.mktemp("small") / "landing"
    write_demonstration(out, participants=SMALL, seed=1)
    return out


def contents(out: Path) -> dict[str, str]:
    """Return the digest of every file, by its name."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }
