"""A draft that is pasted unread, with only its wave named, refuses or loads what the tested mapping loads."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from pydantic import ValidationError
from upath import UPath

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.ingest.conform.prepare import Prepared
from ccds_pipeline.ingest.inspection.draft import OPEN, draft_source
from ccds_pipeline.ingest.inspection.look import look_at
from ccds_pipeline.ingest.inspection.new_programme import draft_programme
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.programme.model import Programme, Source
from ccds_pipeline.synthetic.demonstration import write_demonstration
from ccds_pipeline_tests.support.conformed import conformed
from ccds_pipeline_tests.support.delivered_files import FIXTURES
from ccds_pipeline_tests.support.hybrid_exports import write_exports
from ccds_pipeline_tests.support.paths import DATA

MAPPED = {
    "accessplanit": "accessplanit_delegates.csv",
    "arlo": "arlo_registrations.csv",
    "bookwhen": "bookwhen_bookings.csv",
    "cvent": "cvent_registrations.csv",
    "google_forms": "google_forms_download.csv",
    "jisc": "jisc_responses.csv jisc_key.csv",
    "limesurvey_complete": "limesurvey_vv.csv",
    "moodle": "moodle_participants.csv",
    "pretix_any_form": "pretix_positions.csv",
    "redcap": "redcap_raw.csv redcap_dictionary.csv",
    "smartsurvey": "smartsurvey_responses.csv",
    "teams_webinar": "teams_webinar.csv",
    "zoom_details": "zoom_meeting_details.csv",
    "zoom_meeting": "zoom_meeting_block.csv",
    "zoom_registrations": "zoom_registrations.csv",
}
OF_THE_DEMONSTRATION = (
    "eventbrite_bookings",
    "forms_pre",
    "pretix_bookings",
    "qualtrics_post",
    "surveymonkey_follow_up",
    "teams_attendance",
)
COMPARED = ("person_key", "session_code", "status", "submitted_at", "joined_at", "left_at", "booked_at")


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demonstration") / "landing"
    write_demonstration(folder, participants=40, seed=4)
    return folder


def pasted(programme: Programme, source: Source, files: list[Path], runs: Path) -> Prepared | None:
    """Load a file by its draft, with the wave named; None where that is refused."""
    declared = {name: text for name, text in source.options.items() if name not in {"columns", "answers"}}
    look = look_at(UPath(files[0]), declared=source.format, options=declared, runs_folder=runs)
    text = draft_source(look, programme).replace(f"wave: {OPEN}", f"wave: {source.wave}")
    try:
        draft = Source.model_validate(yaml.safe_load(text)[0])
        return conformed(programme.model_copy(update={"sources": (draft,)}), draft.id, *files)
    except (ValidationError, FileRefusedError):
        return None


def lines(frame: pd.DataFrame) -> set[tuple[int, int]]:
    return set(zip(frame["file_number"], frame["line"], strict=True))


def same_or_refused(programme: Programme, source_id: str, files: list[Path], runs: Path) -> None:
    source = programme.sources_by_id[source_id]
    others = programme.model_copy(
        update={"sources": tuple(one for one in programme.sources if one.id != source_id)}
    )
    wanted = conformed(programme, source_id, *files)
    for known in (programme, others):
        found = pasted(known, source, files, runs)
        if found is None or found.records.empty:
            continue
        assert lines(found.records) == lines(wanted.records)
        by_line = [frame.records.set_index("line").sort_index() for frame in (found, wanted)]
        for column in set(COMPARED) & set(by_line[0].columns):
            pd.testing.assert_series_equal(by_line[0][column], by_line[1][column])
        records = [frame.records["record_key"].nunique() for frame in (found, wanted)]
        assert records[0] == records[1]


@pytest.mark.parametrize(
    "source_id",
    # Every third by default; the others differ in the reader alone.
    [
        source_id if not place % 3 else pytest.param(source_id, marks=pytest.mark.heavy)
        for place, source_id in enumerate(sorted(MAPPED))
    ],
)
def test_a_draft_pasted_unread_refuses_or_loads_the_same(source_id, tmp_path):
    files = [FIXTURES / name for name in MAPPED[source_id].split()]
    same_or_refused(load_programme(DATA / "mappings.yaml"), source_id, files, tmp_path)


@pytest.mark.parametrize("source_id", OF_THE_DEMONSTRATION)
def test_a_draft_of_the_demonstration_refuses_or_loads_the_same(source_id, landing, tmp_path):
    file = next(file for file in sorted((landing / source_id).rglob("*")) if file.is_file())
    same_or_refused(load_programme(default_programme_file()), source_id, [file], tmp_path)


@pytest.mark.parametrize("source_id", ["qualtrics_post", "surveymonkey_follow_up", "forms_pre"])
def test_drafts_of_surveys_are_not_all_refused(source_id, landing, tmp_path):
    programme = load_programme(default_programme_file())
    file = next(file for file in sorted((landing / source_id).rglob("*")) if file.is_file())
    found = pasted(programme, programme.sources_by_id[source_id], [file], tmp_path)
    assert found is not None
    assert len(found.records)


def test_meetings_of_one_export_are_one_source_whatever_the_order_of_the_files(tmp_path):
    """The second meeting's day, the 17th, shows the order of day and month; the first one's fits both."""
    meetings = [UPath(file) for file in write_exports(tmp_path)["zoom_attendance"]]
    drafts = {draft_programme(files, runs_folder=tmp_path / "runs") for files in (meetings, meetings[::-1])}
    (source,) = yaml.safe_load(drafts.pop())["sources"]
    assert drafts == set()
    assert source["timestamp_formats"] == ["%m/%d/%Y %I:%M:%S %p"]
