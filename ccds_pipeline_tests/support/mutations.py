"""Attack A28: switch each privacy control off in turn, and see which attack notices.

    python -m ccds_pipeline_tests.support.mutations [CONTROL ...]

Each control is switched off in a copy of the checkout of its own; the attacks that are said to rest on it
run there. A control whose absence no attack notices is told, and the exit code is 1. What the controls are,
and how each is switched off, stands in ``controls``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from ccds_pipeline_tests.support.attack_table import ATTACKS, PROPERTY
from ccds_pipeline_tests.support.control_marks import PRODUCT, switch_off
from ccds_pipeline_tests.support.controls import CONTROLS, Control
from ccds_pipeline_tests.support.paths import ROOT

_AT_ONCE = 2
_COPIED = (*PRODUCT, "ccds_pipeline_tests", "pyproject.toml")
_PATIENCE_SECONDS = 3600
_ATTACKED = 1
"""Exit code of pytest where tests ran and some failed; others say that they could not run."""
# A crash of the changed code says nothing of the control: an attack has to see what it looks for, or a
# second control of ours has to step in.
_NOTICED = ("AssertionError", "assert ", "Failed: ", "ccds_pipeline.errors.")


@dataclass(frozen=True)
class Outcome:
    """What came of one control's absence: the attacks that turned red, each once, and how long it took."""

    control: Control
    attacks: tuple[str, ...]
    told: tuple[str, ...]
    seconds: float


def main(names: Sequence[str]) -> int:
    """Switch off the controls of these names, or all, and print what came of it; return the exit code."""
    unknown = set(names) - {control.name for control in CONTROLS}
    if unknown:
        sys.exit(f"no such control: {', '.join(sorted(unknown))}")
    chosen = [control for control in CONTROLS if not names or control.name in names]
    _refuse_attacks_that_are_red_already(chosen)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = list(_told(pool.map(without, chosen), len(chosen)))
    print(_table(outcomes))  # noqa: T201  # what the command is for
    unnoticed = [outcome.control.name for outcome in outcomes if not outcome.attacks]
    print(f"{len(outcomes)} controls, {len(unnoticed)} that no attack notices. {', '.join(unnoticed)}")  # noqa: T201  # as above
    return 1 if unnoticed else 0


def _refuse_attacks_that_are_red_already(controls: Iterable[Control]) -> None:
    tests = dict.fromkeys(test for control in controls for test in control.tests)
    with tempfile.TemporaryDirectory() as folder:
        at_once = ("-n", str(_AT_ONCE), "--dist", "loadfile")
        exit_code = _attack(_copied(Path(folder)), tests, Path(folder) / "report.xml", *at_once)
    if exit_code:
        sys.exit(f"attacks fail, or cannot run, with every control on (pytest's exit code {exit_code})")


def without(control: Control) -> Outcome:
    """Run the attacks on a copy of the checkout that lacks the control."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        root, report = _copied(Path(folder)), Path(folder) / "report.xml"
        switch_off(control, root)
        exit_code = _attack(root, control.tests, report)
        if exit_code not in (0, _ATTACKED):
            sys.exit(f"{control.name}: its attacks cannot run without it (pytest's exit code {exit_code})")
        attacks, told = _noticed(report)
    return Outcome(control, attacks, told, time.monotonic() - started)


def _copied(folder: Path) -> Path:
    """Copy the checkout, with the times of its files, so that what was compiled stays valid."""
    root = folder / "checkout"
    root.mkdir()
    for name in _COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, root / name)
    return root


def _attack(root: Path, tests: Iterable[str], report: Path, *options: str) -> int:
    """Run tests in a checkout and write pytest's report; return its exit code."""
    fixed = ["-q", "-p", "no:cacheprovider", "-p", "ccds_pipeline_tests.support.attack_table", "-m", "attack"]
    named = [f"ccds_pipeline_tests/{test}" for test in tests]
    command = [sys.executable, "-m", "pytest", *fixed, *options, f"--junit-xml={report}", *named]
    environment = os.environ | {"PYTHONPATH": str(root), "TMPDIR": str(root.parent)}
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, timeout=_PATIENCE_SECONDS, check=False
    )
    return done.returncode


def _noticed(report: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the attacks that saw what they look for, and in whose words."""
    found, told = set(), []
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  # written by pytest just now
        messages = [one.get("message", "") for one in case if one.tag in ("failure", "error")]
        told += messages
        if any(word in message for message in messages for word in _NOTICED):
            properties = {one.get("name"): one.get("value", "") for one in case.iter("property")}
            found |= set(properties.get(PROPERTY, "").split())
    return tuple(attack for attack in ATTACKS if attack in found), tuple(told)


def _told(outcomes: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """Tell of each outcome as it comes."""
    for number, outcome in enumerate(outcomes, start=1):
        noticed = ", ".join(outcome.attacks) or f"NOT NOTICED {outcome.told}"
        print(f"[{number}/{total}] {outcome.control.name}: {noticed}", file=sys.stderr, flush=True)  # noqa: T201  # progress
        yield outcome


def _table(outcomes: Iterable[Outcome]) -> str:
    lines = ["| control switched off | requirement | attacks that turn red | seconds |", "|---|---|---|---|"]
    for outcome in outcomes:
        control, attacks = outcome.control, ", ".join(outcome.attacks) or "none"
        lines.append(f"| {control.name} | {control.requirement} | {attacks} | {outcome.seconds:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
