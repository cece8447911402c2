"""Where the product marks its privacy controls, and how one is switched off in a checkout."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from ccds_pipeline_tests.support.controls import Control

PRODUCT = ("ccds_pipeline", "sql")


_MARKED = (".py", ".sql", ".yaml")


_MARK = re.compile(r"\s*(#|--) control: (?P<control>.+)")


def marks(root: Path) -> dict[str, list[tuple[Path, int]]]:
    """Return where a checkout marks each control: the files, and the numbers of their lines."""
    found: defaultdict[str, list[tuple[Path, int]]] = defaultdict(list)
    for file in sorted(one for name in PRODUCT for one in (root / name).rglob("*")):
        if file.suffix in _MARKED:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
                if mark := _MARK.fullmatch(line):
                    found[mark["control"]].append((file, number))
    return dict(found)


def switch_off(control: Control, root: Path) -> Path:
    """Change the one line of a checkout that makes the control work, and return its file.

    Raises:
        LookupError: If no line is marked as the control's, or several are.
    """
    places = marks(root).get(control.name, [])
    if len(places) != 1:
        raise LookupError(f"{control.name}: marked {len(places)} times, not once")
    [(file, number)] = places
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    while _MARK.fullmatch(lines[number].rstrip("\n")):
        number += 1
    indentation = lines[number][: -len(lines[number].lstrip())]
    lines[number] = f"{indentation}{control.instead}\n"
    file.write_text("".join(lines), encoding="utf-8")
    return file
