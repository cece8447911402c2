"""Deliver many responses of twelve items and a comment, and measure what loading them costs against a floor.

Responses, codes and comments are invented; each comment is another one. The files are written row by row,
so that memory stays as it is at any number. Loading is reading, validating, pseudonymising, redacting and
staging in one process, without Dagster; the floor reads the same files in DuckDB into a table, and has to
count the same answers. Prints processor seconds and peak memory of both.
Usage: python benchmarks/many_responses.py [RESPONSES …]
       python benchmarks/many_responses.py --write FOLDER RESPONSES   (landing and programme file alone)
"""

from __future__ import annotations

import csv
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import yaml
from measured import measure

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.exports.files import AGREEMENT
from ccds_pipeline.synthetic.identities import response_id, words

RESPONSES = (100_000, 1_000_000)
DAY, SOURCE = "2026-06-30", "survey"
_ITEMS = tuple(f"item_{number}" for number in range(1, 13))
_HEADER = ("id", "email", "sent", *_ITEMS, "comment")
_ROWS_PER_FILE, _WORDS = 100_000, 12
_COUNTS = "SELECT question_id, option_code, count(*) FROM {} GROUP BY ALL ORDER BY ALL"


def programme() -> str:
    """Return a programme file of one survey of these items."""
    options = [{"code": text.lower().replace(" ", "_"), "label": text} for text in AGREEMENT]
    questions = [{"id": item, "scale": "agreement", "text": item} for item in _ITEMS]
    kpi = {"level": "1", "wave": "post", "label": "Agree"}
    favourable = [option["code"] for option in options[-2:]]
    content = {
        "id": "many",
        "name": "Many responses",
        "version": "1",
        "waves": [{"id": "post", "label": "After", "timing": "after"}],
        "linking": {"require_attendance": False},
        "scales": {"agreement": {"options": options}},
        "questions": [*questions, {"id": "comment", "kind": "text", "text": "Anything else?"}],
        "sources": [
            {
                "id": SOURCE,
                "label": "Survey",
                "format": "table",
                "record": "response",
                "wave": "post",
                "timestamp_formats": ["%Y-%m-%d %H:%M"],
                "key": ["id"],
                "fields": {"email": {"column": "email"}, "submitted_at": {"column": "sent"}},
                "questions": {name: name for name in (*_ITEMS, "comment")},
            }
        ],
        "kpis": [
            {
                "id": item.upper(),
                **kpi,
                "rule": {"type": "top_share", "question": item, "favourable": favourable},
            }
            for item in _ITEMS
        ],
    }
    return yaml.safe_dump(content, sort_keys=False)


def response_rows(responses: int) -> Iterator[tuple[str, ...]]:
    """Yield invented responses."""
    draws = Draws(4)
    vocabulary = " ".join((*words("hopes"), *words("intentions"), *words("uses"))).lower().split()
    for number in range(responses):
        sent = f"2026-{draws.between(1, 5):02d}-{draws.between(1, 28):02d} {draws.between(8, 20):02d}:15"
        answers = (draws.pick(AGREEMENT) for _ in _ITEMS)
        comment = " ".join(draws.pick(vocabulary) for _ in range(_WORDS))
        yield response_id(number), f"person{number}@nhs.example", sent, *answers, comment


def write(folder: Path, responses: int) -> None:
    """Write the programme file, and a landing folder with one delivery of several files."""
    (folder / "programme.yaml").write_text(programme(), encoding="utf-8")
    delivery = folder / "landing" / SOURCE / DAY
    delivery.mkdir(parents=True)
    rows = response_rows(responses)
    for part in range(-(-responses // _ROWS_PER_FILE)):
        with (delivery / f"part-{part + 1:03d}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(_HEADER)
            writer.writerows(row for _, row in zip(range(_ROWS_PER_FILE), rows, strict=False))


def load(folder: Path) -> None:
    """Load the delivery, and print what was counted."""
    from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
    from ccds_pipeline.ingest.delivery import Ingest
    from ccds_pipeline.programme.load import load_programme
    from ccds_pipeline.sources.landing import find_deliveries
    from ccds_pipeline.warehouse.engine import open_warehouse

    rules = load_programme(folder / "programme.yaml")
    ingest = Ingest(rules, "contract", Pseudonymiser(secrets.token_bytes(32)), folder / "runs")
    (delivery,) = find_deliveries(str(folder / "landing"), rules.sources_by_id).deliveries
    with open_warehouse(folder / "warehouse.duckdb") as engine:
        ingest.load(engine, delivery)
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        print(json.dumps(connection.execute(_COUNTS.format("staging.answer")).fetchall()))


def floor(folder: Path) -> None:
    """Read the same files into a table, and print what was counted."""
    files = folder / "landing" / SOURCE / DAY / "*.csv"
    items = f"UNPIVOT response ON {', '.join(_ITEMS)} INTO NAME question_id VALUE text"
    answer = f"(SELECT question_id, replace(lower(text), ' ', '_') AS option_code FROM ({items}))"  # noqa: S608  # names above
    with duckdb.connect(str(folder / "floor.duckdb")) as connection:
        connection.execute(f"CREATE TABLE response AS FROM read_csv('{files}', all_varchar = true)")
        print(json.dumps(connection.execute(_COUNTS.format(answer)).fetchall()))


def main(sizes: tuple[int, ...]) -> int:
    """Print a row for each size; return 1 where the floor counts something else."""
    print("| responses | load CPU s | floor CPU s | ratio | load peak MB | floor peak MB |")
    print("|---|---|---|---|---|---|", flush=True)
    is_equal = True
    for responses in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), responses)
            loaded = measure(sys.executable, __file__, "--load", folder)
            read = measure(sys.executable, __file__, "--floor", folder)
        is_equal = is_equal and loaded.output == read.output
        ratio = f"{loaded.cpu_s / read.cpu_s:.1f}" if loaded.output == read.output else "counts differ"
        seconds = f"{loaded.cpu_s:.1f} | {read.cpu_s:.1f} | {ratio}"
        print(f"| {responses:,} | {seconds} | {loaded.peak_mb:.0f} | {read.peak_mb:.0f} |", flush=True)
    return 0 if is_equal else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--write", folder, responses]:
            write(Path(folder), int(responses))
        case ["--load", folder]:
            load(Path(folder))
        case ["--floor", folder]:
            floor(Path(folder))
        case sizes:
            sys.exit(main(tuple(map(int, sizes)) or RESPONSES))
