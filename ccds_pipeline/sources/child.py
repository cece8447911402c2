"""The process that parses delivered files, so that a hostile one takes nothing else down.

Run as ``python -m ccds_pipeline.sources.child`` by ``reading``: it takes one job on standard input and
answers in messages on standard output. Setting up the process belongs here; the work is in ``answering``.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import BinaryIO


def main() -> None:
    """Answer the job on standard input."""
    blocked = _BlockHeavyImports({"numpy", "pandas"})
    sys.meta_path.insert(0, blocked)
    from ccds_pipeline.sources.answering import answer_job  # _BlockHeavyImports must come first

    blocked.names.remove("numpy")  # a reader may need it; pyarrow has done without
    answers = _take_standard_output()
    gc.disable()  # rows hold no cycles, and looking for some takes a third of the time
    answer_job(json.load(sys.stdin), answers)


class _BlockHeavyImports:
    """Keeps pyarrow from importing what it does not need here and takes longer than most jobs."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(self, name: str, _path: object, _target: object = None, /) -> None:
        if name in self.names:
            raise ModuleNotFoundError(name=name)


def _take_standard_output() -> BinaryIO:
    """Keep standard output for messages: whatever a library prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


if __name__ == "__main__":
    main()
