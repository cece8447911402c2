"""Alerts leave the installation: whatever rows and errors hold, no value of a row is in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pydantic import SecretStr

from ccds_pipeline.alerts.causes import Look
from ccds_pipeline.cli.alerts import told_at_the_end
from ccds_pipeline.settings import Settings
from ccds_pipeline_tests.integration.cli.test_bad_input import HEADER, PROGRAMME, ROW
from ccds_pipeline_tests.support.alerts import Receiver, receiving
from ccds_pipeline_tests.support.canaries import Scanner
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY

pytestmark = pytest.mark.attack("A24")

CANARY = "zq.library+quux@canary.example"
SCANNER = Scanner({"value": CANARY})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def duckdb_conversion() -> None:
    duckdb.connect().execute("SELECT CAST(? AS INTEGER)", [CANARY])


def pandas_error() -> None:
    pd.to_datetime(pd.Series([CANARY]), format="%Y")


def missing_file() -> None:
    Path(f"/nowhere/{CANARY}.csv").read_text()


@pytest.mark.parametrize("raise_it", [duckdb_conversion, pandas_error, missing_file])
def test_an_alert_quotes_no_value_that_a_library_does(raise_it: Callable[[], None], receiver, tmp_path):
    (tmp_path / "landing").mkdir()
    settings = Settings(data_dir=tmp_path, alert_url=SecretStr(receiver.url))
    with pytest.raises(Exception, match="canary"), told_at_the_end(settings, Look):
        raise_it()
    assert "ccds run ended with an error" in receiver.text
    assert "[unexpected]" in receiver.text
    assert SCANNER.scan_bytes(receiver.text.encode(), "alert") == []
    assert SCANNER.scan(settings.alerts_folder) == []


@pytest.mark.heavy
def test_an_alert_of_hostile_rows_names_rules_and_counts_alone_and_is_over_when_they_are_mended(
    receiver, tmp_path
):
    file = tmp_path / "landing" / "indico_post" / "2019-06-30" / f"{CANARY}.csv"
    file.parent.mkdir(parents=True)
    sound = "".join(ROW.format("2019-04-12", number) for number in range(3))
    (tmp_path / ".env").write_text(f"CCDS_ALERT_URL={receiver.url}\n")
    places = ("--landing", "landing", "--data", "data", "--programme", PROGRAMME)
    for rows in (sound.replace("2019-04-12", CANARY), sound):
        file.write_text(f"{HEADER}\r\n{rows}", newline="")
        ran = ccds("run", *places, key=KEY, cwd=tmp_path)
        assert "did not get through" not in ran.stderr
    failed, over = (f"{one['title']}\n{one['message']}" for one in receiver.messages)
    assert "A check failed: staging/indico_post, rows_meet_the_contract" in failed
    assert "rejected 3" in failed
    assert "OVER: A check failed: staging/indico_post, rows_meet_the_contract" in over
    assert "Readers have the release" in over
    assert SCANNER.scan_bytes(receiver.text.encode(), "alerts") == []
    assert SCANNER.scan(tmp_path / "data" / "alerts") == []
