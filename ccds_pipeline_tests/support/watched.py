"""The ``ccds`` command in a place of its own, watched: what it prints, writes, leaves and connects to."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from ccds_pipeline_tests.support.paths import ROOT

_GUARD = """
import sys
def _watch(event, arguments):
    is_far = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto") or (
        event == "socket.connect" and isinstance(arguments[1], tuple)
    )
    if is_far:
        with open({attempts!r}, "a") as file:
            file.write(event + "\\n")
        raise ConnectionRefusedError
sys.addaudithook(_watch)
"""


class Watched:
    """A folder with a landing and all that a run may write to: data, home, temporary and working folder."""

    def __init__(self, folder: Path, programme: str) -> None:
        self.folder, self.landing, self.data = folder, folder / "landing", folder / "out" / "data"
        self.out, self.programme = folder / "out", folder / "programme.yaml"
        self.programme.write_text(programme, encoding="utf-8")
        self.key = secrets.token_hex(32)
        for name in ("home", "tmp", "cwd"):
            (self.out / name).mkdir(parents=True)
        (folder / "guard").mkdir()
        guard = _GUARD.format(attempts=str(folder / "attempts"))
        (folder / "guard" / "sitecustomize.py").write_text(guard, encoding="utf-8")

    @property
    def attempts(self) -> str:
        """What was tried to reach over the network, one line each."""
        file = self.folder / "attempts"
        return file.read_text() if file.exists() else ""

    def run(self, *arguments: str, prepare: Callable[[], None] | None = None) -> int:
        """Run ``ccds run`` without a network, to its end; what it prints is kept in the folder."""
        return self._start(arguments, prepare).wait()

    def kill_when(self, is_reached: Callable[[Path], bool]) -> None:
        """Run ``ccds run``, and kill it as soon as the data folder shows that a moment is reached."""
        process = self._start((), None)
        while not is_reached(self.data):
            assert process.poll() is None, f"the run ended before that moment: {self.printed()}"
            time.sleep(0.002)
        process.kill()
        process.wait()

    def printed(self) -> str:
        """Return all that was printed by the last run."""
        return "".join((self.out / name).read_text() for name in ("stdout.log", "stderr.log"))

    def _start(
        self, arguments: tuple[str, ...], prepare: Callable[[], None] | None
    ) -> subprocess.Popen[bytes]:
        places = ["--landing", self.landing, "--data", self.data, "--programme", self.programme]
        return self._python(["-m", "ccds_pipeline", "run", *map(str, places), *arguments], prepare)

    def reach_out(self) -> None:
        """Try what the run must not try, in the same surroundings."""
        self._python(
            ["-c", "import urllib.request as r; r.urlopen('http://192.0.2.1', timeout=1)"], None
        ).wait()

    def _python(self, arguments: list[str], prepare: Callable[[], None] | None) -> subprocess.Popen[bytes]:
        environment = {"PATH": os.environ["PATH"], "CCDS_PSEUDONYM_KEY": self.key}
        environment["PYTHONPATH"] = os.pathsep.join([str(self.folder / "guard"), str(ROOT)])
        # With a full disk Python would leave half of a compiled module in the checkout.
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        environment |= {"HOME": str(self.out / "home"), "TMPDIR": str(self.out / "tmp")}
        environment["CCDS_LOG_FORMAT"] = "text"
        with (self.out / "stdout.log").open("wb") as out, (self.out / "stderr.log").open("wb") as err:
            return subprocess.Popen(
                [*_without_network(), sys.executable, "-P", *arguments],
                stdout=out,
                stderr=err,
                env=environment,
                cwd=self.out / "cwd",
                preexec_fn=prepare,  # noqa: PLW1509  # a limit that is set here holds for the run alone
            )


@cache
def _without_network() -> tuple[str, ...]:
    """Return what puts a command where there is no network, if this account may."""
    unshare = shutil.which("unshare") or "unshare"
    command = (unshare, "--map-root-user", "--net")
    try:
        is_allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        is_allowed = False
    return command if is_allowed else ()


def open_paths(folder: Path) -> Iterator[str]:
    """Name the files and folders that others than their owner may read."""
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if not path.is_symlink() and mode & 0o077:
            yield f"{mode:o} {path.relative_to(folder)}"
