"""What is true of a demonstration, from the people who are in it: written while it is, or afterwards."""

from __future__ import annotations

import json
import tempfile
from contextlib import closing
from pathlib import Path

from ccds_pipeline.synthetic.demonstration import MARKER, write_sessions
from ccds_pipeline_tests.truth.evaluate import evaluate
from ccds_pipeline_tests.truth.figures import kpis, link_quality, links
from ccds_pipeline_tests.truth.links_file import LinksFile
from ccds_pipeline_tests.truth.tally import Tally

TRUTH, LINKS = "truth.json", "truth_links.csv"


def write_with_truth(landing: Path, *, participants: int, seed: int) -> None:
    """Write a demonstration as ``write_demonstration`` does, and its truth beside the landing folder.

    ``truth.json`` holds what an ideal evaluation finds, ``truth_links.csv`` who wrote which response.
    """
    _write(landing, landing.parent, participants, seed)


def write_truth(landing: Path) -> None:
    """Write the truth of a demonstration that is there, beside its landing folder.

    People and exports draw from one stream of chance, so all is generated again with the same seed.
    """
    marker = json.loads((landing / MARKER).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as again:
        _write(Path(again), landing.parent, marker["participants"], marker["seed"])


def _write(landing: Path, beside: Path, participants: int, seed: int) -> None:
    tally = Tally()
    beside.mkdir(parents=True, exist_ok=True)
    with closing(LinksFile(beside / LINKS)) as links_file:
        for people in write_sessions(landing, participants=participants, seed=seed):
            evaluation = evaluate(people)
            tally.add(evaluation)
            links_file.write(evaluation)
    settings = json.loads((landing / MARKER).read_text(encoding="utf-8"))
    ledger = settings.pop("ledger")
    facts = {
        **settings,
        "kpis": kpis(tally),
        "ledger": ledger,
        "links": links(tally),
        "link_quality": link_quality(tally),
    }
    (beside / TRUTH).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
