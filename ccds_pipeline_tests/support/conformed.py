"""Read and conform files by a source's mapping, through the real process and without a warehouse."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ccds_pipeline.deidentify.generalise import shipped_places
from ccds_pipeline.ingest.conform.layout import layout_of, pick_columns
from ccds_pipeline.ingest.conform.prepare import Prepared, prepare
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.sources.private_copy import PrivateFile
from ccds_pipeline.sources.reading import Batch, FileEnd, FileRefused, read_files
from ccds_pipeline_tests.support.keys import PSEUDONYMISER


def conformed(programme: Programme, source_id: str, *paths: Path) -> Prepared:
    """Read and conform the files of a delivery; all of its rows must be accounted for."""
    source = programme.sources_by_id[source_id]
    files = [PrivateFile(number, path, path.suffix, "", 0) for number, path in enumerate(paths, start=1)]
    chunks, received = [], 0
    for answer in read_files(files, source.format, source.options):
        assert not isinstance(answer, FileRefused), answer
        if isinstance(answer, Batch):
            layout = layout_of(source, answer.rows)
            chunks.append(pick_columns(answer.rows, layout, file_number=answer.file_number).to_pandas())
        elif isinstance(answer, FileEnd):
            received += answer.records_n
    outcome = prepare(
        pd.concat(chunks),
        source=source,
        programme=programme,
        pseudonymiser=PSEUDONYMISER,
        places=shipped_places(),
        delivery="2026-01-31",
    )
    accounted = (
        len(outcome.records) + len(outcome.excluded) + len(outcome.rejected[["line"]].drop_duplicates())
    )
    assert accounted == received
    return outcome
