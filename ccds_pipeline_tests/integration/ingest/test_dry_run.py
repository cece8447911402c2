"""A dry run says what a load would bring, by the code of a load, and leaves nothing behind.

All files are invented.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr
from upath import UPath

from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.dry_run import day_of, dry_run_lines, run_dry
from ccds_pipeline.ingest.inspection.compare import compare
from ccds_pipeline.ingest.inspection.look import look_at
from ccds_pipeline.ingest.inspection.propose import changed_lines
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.keys import KEY, PSEUDONYMISER
from ccds_pipeline_tests.support.programmes import TEXT, tiny_programme

HEADER = "id,mail,when,It was clear,How sure are you?,Which tools?,Git,Subversion,Why?"
ROWS = (
    "1,a@example.org,13/03/2022 09:00,Agree,3,Git,,,secret one",
    "2,b@example.org,,Agree,3,Git,,,",
    "3,c@example.org,40/03/2022 09:00,Agree,3,Git,,,secret two",
    "4,d@example.org,14/03/2022 09:00,Whatever,3,Git,,,",
)


def written(folder: Path, *lines: str, day: str = "2022-04-30") -> UPath:
    path = folder / "landing" / "survey" / day / "export.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return UPath(path)


def dry(file: UPath, settings: Settings, text: str = TEXT) -> str:
    programme = parse_programme(text, place="tiny.yaml")
    return "\n".join(dry_run_lines(run_dry(file, programme.sources_by_id["survey"], programme, settings)))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("CCDS_PSEUDONYM_KEY", raising=False)
    return Settings(data_dir=tmp_path / "data", landing=str(tmp_path / "landing"))


def test_every_row_is_told_by_rule_and_line_without_key_or_warehouse(tmp_path, settings):
    text = dry(written(tmp_path, HEADER, *ROWS), settings)
    assert "delivery of 2022-04-30" in text
    assert "4 received = 2 loaded + 0 duplicate + 1 excluded + 1 rejected" in text
    assert "survey, submitted_at [not_a_timestamp]: 1 rejected row(s)" in text
    assert "1 row(s), line 4" in text
    assert "survey, clear [answer_outside_scale]: 1 answer(s) not understood" in text
    assert (
        "survey [unfinished]: 1 excluded row(s): the programme file excludes them as unfinished\n  line 3\n"
        in text
    )
    assert "Known before: not known (there is no warehouse yet)" in text
    for value in ("secret", "example.org", "Whatever", "40/03"):
        assert value not in text
    assert not (tmp_path / "data").exists()


def test_a_file_in_another_order_of_dates_is_said_to_be_refused(tmp_path, settings):
    swapped = [row.replace("13/03/2022", "03/13/2022") for row in ROWS]
    text = dry(written(tmp_path, HEADER, *swapped), settings)
    assert "survey [dates_in_another_order]: refused file" in text
    assert "0 received" in text


@pytest.fixture
def loaded(tmp_path: Path, settings: Settings) -> Settings:
    """The settings of an installation that has loaded one delivery of the survey."""
    file = written(tmp_path, HEADER, ROWS[0], ROWS[3], day="2022-03-31")
    with open_warehouse(settings.warehouse_file) as engine:
        ingest = Ingest(tiny_programme(), "contract", PSEUDONYMISER, settings.runs_folder)
        ingest.load(engine, Delivery("survey", date(2022, 3, 31), (file,)))
    return settings


def test_a_warehouse_says_what_it_had_before_and_stays_as_it_is(tmp_path, loaded):
    before = loaded.warehouse_file.read_bytes()
    with_new = [f"{line},x" for line in (HEADER, ROWS[0], ROWS[3])]
    file = written(tmp_path, *with_new)
    text = dry(file, loaded.model_copy(update={"pseudonym_key": SecretStr(KEY)}))
    assert "Records that the warehouse had before: 2" in text
    assert "Columns against the delivery before: 1 new, 0 newly missing" in text
    assert loaded.warehouse_file.read_bytes() == before
    assert not list(loaded.runs_folder.iterdir())


def test_what_the_newest_delivery_would_lack_is_said_where_nobody_declared_whether_it_is_everything(
    tmp_path, loaded
):
    text = dry(
        written(tmp_path, HEADER, ROWS[0]), loaded.model_copy(update={"pseudonym_key": SecretStr(KEY)})
    )
    assert "Warning: known_records_come_again" in text
    assert "survey: 1 record(s) of earlier deliveries are not in the newest one (2022-04-30)" in text


def test_without_the_key_nobody_knows_what_the_warehouse_had(tmp_path, loaded):
    text = dry(written(tmp_path, HEADER, ROWS[0]), loaded)
    assert "Known before: not known (no pseudonym key is set)" in text


def test_the_day_is_that_of_the_landings_folder_alone(tmp_path):
    assert day_of(UPath(tmp_path / "survey" / "2022-04-30" / "x.csv"), "survey") == date(2022, 4, 30)
    assert day_of(UPath(tmp_path / "other" / "2022-04-30" / "x.csv"), "survey") != date(2022, 4, 30)


RENAMED = {"It was clear": "It was all clear", "mail": "e-mail address", "Subversion": "Subversions"}


def test_proposed_lines_put_into_the_programme_file_load_the_renamed_file(tmp_path, settings):
    header = HEADER
    for old, new in RENAMED.items():
        header = header.replace(old, new)
    programme = tiny_programme()
    source = programme.sources_by_id["survey"]
    file = written(tmp_path, header, *ROWS)
    look = look_at(file, declared="table", options={}, runs_folder=tmp_path / "runs")
    lines = list(changed_lines(compare(look, source, programme), source))
    proposed = yaml.safe_load("\n".join(lines))
    assert proposed == {
        "fields": {"email": {"column": ["mail", "e-mail address"]}},
        "questions": {
            "clear": ["It was clear", "It was all clear"],
            "editors": {"option_columns": {"git": "Git", "svn": "Subversions"}},
        },
    }
    text = TEXT
    for old, new in (
        ("email: {column: mail}", "email: {column: [mail, e-mail address]}"),
        ("clear: It was clear", "clear: [It was clear, It was all clear]"),
        ("svn: Subversion}}", "svn: Subversions}}"),
    ):
        assert old in text
        text = text.replace(old, new)
    assert "2 loaded" in dry(file, settings, text)
