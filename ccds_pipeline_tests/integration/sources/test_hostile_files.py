"""The hostile files: every one right, set aside or refused, none silently wrong, through the real process.

What is expected of each stands in ``hostile_files``, from which ``docs/sources.md`` is written too.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DEFAULT_LIMITS
from ccds_pipeline.sources.private_copy import PrivateFile
from ccds_pipeline.sources.reading import Batch, FileRefused, read_files
from ccds_pipeline_tests.support.delivered_files import SHARED
from ccds_pipeline_tests.support.hostile_files import COLUMNS, CONTRACT, READ, REFUSED, SET_ASIDE

NASTY = SHARED / "nasty"
pytestmark = pytest.mark.skipif(not NASTY.is_dir(), reason="the shared hostile files are not here")

Rows = dict[int, list[str]]  # cells by line, in the order of the contract, a blank as ""


@dataclass
class Outcome:
    """What the process said of a file: the rule of its refusal, or its rows and the faults by line."""

    refused: str | None = None
    rows: Rows = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)


def outcomes(names: Sequence[str], options: dict[str, str]) -> dict[str, Outcome]:
    files = [PrivateFile(number, NASTY / name, "", "", 0) for number, name in enumerate(names)]
    seen = {name: Outcome() for name in names}
    for answer in read_files(files, "table", options):
        outcome = seen[names[answer.file_number]]
        if isinstance(answer, FileRefused):
            outcome.refused = answer.rule
        elif isinstance(answer, Batch):
            take(answer, outcome)
        else:
            assert answer.lines_n == answer.other_lines_n + answer.records_n + answer.inner_breaks_n
    return seen


def take(batch: Batch, outcome: Outcome) -> None:
    labels = {normalise_label(name): name for name in batch.rows.schema.names}
    for row in batch.rows.to_pylist():
        if row["@fault"]:
            outcome.faults[row["@line"]] = row["@fault"]
        else:
            outcome.rows[row["@line"]] = [row[labels[column]] or "" for column in COLUMNS]


def truth_of(name: str) -> list[list[str]]:
    """The rows of a file that has one right reading, in the order of the contract."""
    if name == "40_late_type_change.csv":  # too long for truth.json
        return [invented(n, "ABC123" if n == 29991 else str(99_999 + n)) for n in range(1, 30_001)]
    truth = json.loads((NASTY / "truth.json").read_text(encoding="utf-8"))[name]
    places = [truth["header"].index(column) for column in COLUMNS]
    return [[row[place] for place in places] for row in truth["rows"]]


def invented(number: int, staff_id: str = "") -> list[str]:
    """The person of that number, as the files' maker wrote them."""
    return [
        f"BK{number:04}",
        staff_id or f"S{number:05}",
        f"Smith{number}",
        f"user{number}@example.nhs.uk",
        f"2025-04-{number + 1:02}",
        f"{number * 10}.50",
        f"note {number}",
    ]


def right_rows(name: str) -> list[list[str]]:
    """The rows that must be delivered: all but those that are set aside."""
    control = [invented(number) for number in range(1, 7)]
    known = {
        "05_mojibake.csv": control[1:],
        "10_row_too_long.csv": control[:2] + control[3:],
        "11_row_too_short.csv": control[:2] + control[3:],
        "31_truncated_at_row_edge.csv": [invented(number) for number in range(1, 20)],
        "35_header_repeated_mid.csv": control,
        "61_zero_padded_format.xlsx": [],
        "64_unformatted_serials.xlsx": [],
        "66_error_cells.xlsx": [[*control[3][:5], "10.5", "note 4"]],
        "71_mixed_types.xlsx": [
            [*row[:6], note] for row, note in ((control[0], "True"), (control[3], "1"), (control[4], "TRUE"))
        ],
        # Marked "reject" for its name, but a name proves nothing: the content is the control table.
        "79_csv_named.xlsx": control,
    }
    return known[name] if name in known else truth_of(name)


def all_names() -> list[str]:
    return sorted(path.name for path in NASTY.iterdir() if path.name not in {"README.md", "truth.json"})


def test_every_hostile_file_is_right_set_aside_or_refused():
    names = all_names()
    assert names == sorted([*READ, *REFUSED, *SET_ASIDE])
    seen = outcomes(names, CONTRACT)
    assert {name: seen[name].refused for name in names if seen[name].refused} == REFUSED
    assert {name: seen[name].faults for name in names if seen[name].faults} == SET_ASIDE
    for name in set(names) - set(REFUSED):
        assert list(seen[name].rows.values()) == right_rows(name), name


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("03_cp1252.csv", "encoding", "cp1252"),
        ("38_semicolon.csv", "delimiter", "semicolon"),
        ("39_tab_named_csv.csv", "delimiter", "tab"),
    ],
)
def test_a_file_that_is_declared_as_it_is_is_right(name, option, value):
    outcome = outcomes([name], CONTRACT | {option: value})[name]
    right = truth_of(name) if option == "encoding" else [invented(number) for number in range(1, 7)]
    assert (list(outcome.rows.values()), outcome.faults) == (right, {})


def test_a_mixed_encoding_stays_visible_when_one_of_the_two_is_declared():
    outcome = outcomes(["04_mixed_encoding.csv"], CONTRACT | {"encoding": "cp1252"})["04_mixed_encoding.csv"]
    assert "double_encoded" in outcome.faults.values()


def test_bombs_are_refused_at_once_and_need_no_memory():
    bombs = [name for name in REFUSED if name[:2] in {"48", "72", "74", "75", "76", "81"}]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seen = outcomes(bombs, CONTRACT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(seen) == 6
    assert all(outcome.refused for outcome in seen.values())
    assert after.ru_utime - before.ru_utime < 4  # mostly the start of the process


def test_no_hostile_file_needs_half_a_gigabyte():
    assert peak_megabytes([NASTY / name for name in all_names()]) < 500


def peak_megabytes(paths: Sequence[Path]) -> float:
    """Read files in one process, and return the most memory that it had in use at once."""
    measured = (
        "import sys; from ccds_pipeline.sources.child import main; main(); "
        "sys.stderr.write(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    names = [str(path) for path in paths]
    job = {
        "format": "table",
        "options": CONTRACT,
        "limits": asdict(DEFAULT_LIMITS),
        "paths": names,
        "delivery": names,
    }
    done = subprocess.run(
        [sys.executable, "-c", measured], input=json.dumps(job).encode(), capture_output=True, check=True
    )
    return int(done.stderr) / 1000  # of kB
