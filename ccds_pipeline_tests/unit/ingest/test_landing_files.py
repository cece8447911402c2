"""A file is named by its path within the landing, and by a reference where it is not to be had."""

import hashlib
from datetime import date

from upath import UPath

from ccds_pipeline.ingest.rejects import LandingFiles
from ccds_pipeline.ingest.store.ledger import Rejection
from ccds_pipeline.sources.landing import Delivery

DAY = date(2022, 3, 1)
CONTENT = b"id,name\n"
FOUND = Rejection("survey", DAY, 2, hashlib.sha256(CONTENT).hexdigest(), "", "row_too_long", 1, (2,))


def test_a_file_is_known_by_its_content_whatever_its_number(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_bytes(CONTENT)
    paths[1].write_bytes(b"other\n")
    delivery = Delivery("survey", DAY, tuple(UPath(str(path)) for path in paths))
    assert LandingFiles([delivery]).name(FOUND) == "survey/2022-03-01/a.csv"


def test_a_file_that_is_not_there_is_named_by_number_and_digest():
    assert LandingFiles(()).name(FOUND) == f"survey/2022-03-01 file 2 (sha256 {FOUND.digest[:12]})"
