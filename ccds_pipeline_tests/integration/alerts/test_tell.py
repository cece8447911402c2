"""Messages reach a real web hook and a real mail server; what does not get through is tried again."""

from __future__ import annotations

import os
import time
from collections import namedtuple
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from socket import socket

import pytest
import typer
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from pydantic import SecretStr

from ccds_pipeline.alerts.causes import Look, command_succeeded, of_run
from ccds_pipeline.alerts.looks import HOUSEKEEPING, REFRESH, last_ticks, look_around, tick
from ccds_pipeline.alerts.tell import tell, tell_of
from ccds_pipeline.cli.alerts import alerts
from ccds_pipeline.cli.diagnosis import Finding, diagnose
from ccds_pipeline.ingest.installation import open_ingest
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.alerts import FULL, LATE, WELL, Receiver, found, receiving
from ccds_pipeline_tests.support.busy_warehouse import held
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.released_database import write_released_database
from ccds_pipeline_tests.support.released_rows import kpi_row
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT

GIB = 1024**3


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def settings(tmp_path: Path, receiver: Receiver) -> Settings:
    """An installation with an empty landing, and a web hook to be told."""
    programme = tmp_path / "small.yaml"
    programme.write_text(PROGRAMME_TEXT, encoding="utf-8")
    (tmp_path / "landing").mkdir()
    (tmp_path / "data").mkdir(mode=0o700)
    return Settings(
        data_dir=tmp_path / "data",
        landing=str(tmp_path / "landing"),
        programme=programme,
        pseudonym_key=SecretStr(KEY),
        alert_url=SecretStr(receiver.url),
    )


@pytest.fixture
def mails() -> Iterator[tuple[str, list[Message]]]:
    """A mail server: its port, and the mails that it took."""
    taken: list[Message] = []

    class Kept(MessageHandler):
        def handle_message(self, message: Message) -> None:
            taken.append(message)

    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(Kept(), hostname="127.0.0.1", port=port)
    server.start()
    yield str(port), taken
    server.stop()


def test_a_web_hook_is_told_once_again_on_a_change_and_when_it_is_over(settings, receiver):
    for look in (found(FULL), found(FULL), found(FULL, LATE), found(LATE), WELL, WELL):
        assert tell_of(settings, look) == []
    assert [one["title"] for one in receiver.messages] == [
        "[ccds] The disk is full",
        "[ccds] Deliveries are not loaded",
        "[ccds] Over: The disk is full",
        "[ccds] Over: Deliveries are not loaded",
    ]
    assert "Nothing was released yet." in receiver.messages[0]["message"]


def test_a_mail_server_is_told_as_plain_sentences(settings, mails):
    port, taken = mails
    url = f"mailto://127.0.0.1:{port}?from=ccds@example.org&to=team@example.org&format=text"
    mailing = settings.model_copy(update={"alert_url": SecretStr(url)})
    assert tell_of(mailing, found(FULL)) == []
    (mail,) = taken
    assert mail["Subject"] == "[ccds] The disk is full"
    assert "team@example.org" in mail["To"]
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert b"What to do: Free space." in text


def test_what_does_not_get_through_is_said_and_sent_next_time(settings, receiver):
    receiver.status = 500
    (said,) = tell_of(settings, found(FULL))
    assert "did not get through to JSON (address 1)" in said
    assert receiver.url not in said
    (finding,) = of("alert address", settings)
    assert (finding.state, "did not get through" in finding.text) == ("failure", True)
    receiver.status = 200
    assert tell_of(settings, found(FULL)) == []
    assert len(receiver.messages) == 1
    assert [one.state for one in of("alert address", settings)] == ["ok"]


def test_an_address_that_fails_keeps_nothing_from_the_others_and_has_none_told_twice(
    settings, receiver, tmp_path
):
    file = tmp_path / "addresses.txt"
    file.write_text(f"# the team\nnonsense\njson://127.0.0.1:1/nobody\n\n{receiver.url}?second=yes\n")
    several = settings.model_copy(update={"alert_url_file": file})
    for _ in range(2):
        said = tell_of(several, found(FULL))
        assert len(said) == 2
        assert "address 2, which apprise does not know" in said[0]
    assert len(receiver.messages) == 2


def test_a_broken_setting_ends_nothing(settings, tmp_path):
    for missing in (tmp_path / "missing", tmp_path):
        broken = settings.model_copy(update={"alert_url": None, "alert_url_file": missing})
        (said,) = tell(broken, Look())
        assert "Nobody was told" in said
        assert [one.state for one in of("alert address", broken)] == ["failure"]


def test_without_an_address_nothing_is_done_and_doctor_warns(settings):
    silent = settings.model_copy(update={"alert_url": None})
    assert tell(silent, found(FULL)) == []
    assert not settings.alerts_folder.exists()
    (finding,) = of("alert address", silent)
    assert (finding.state, "CCDS_ALERT_URL" in finding.remedy) == ("warning", True)


def test_doctor_sends_a_test_message_and_says_whether_it_got_through(settings, receiver):
    (finding,) = of("alert address", settings, is_trial=True)
    assert (finding.state, "a test message was sent" in finding.text) == ("ok", True)
    assert receiver.messages[0]["title"] == "[ccds] A test: alerts arrive"
    receiver.status = 500
    (finding,) = of("alert address", settings, is_trial=True)
    assert (finding.state, "did not get through" in finding.text) == ("failure", True)


def of(subject: str, settings: Settings, *, is_trial: bool = False) -> list[Finding]:
    return [one for one in diagnose(settings, (), is_trial=is_trial) if one.subject == subject]


def titles(settings: Settings) -> list[str]:
    return [cause.title for cause in look_around(settings, with_warehouse=True).causes]


def test_a_disk_that_fills_up_is_found(settings, monkeypatch):
    usage = namedtuple("usage", "total used free")
    for free, title in ((9 * GIB, []), (GIB, ["The disk fills up"]), (1, ["The disk is full"])):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: usage(9 * GIB, 0, free))
        assert titles(settings) == title


def test_a_delivery_of_an_earlier_day_that_is_not_loaded_is_found_until_it_is(settings):
    export = Path(settings.landing_url) / "first" / "2022-03-11" / "export.csv"
    export.parent.mkdir(parents=True)
    export.write_text(f"{HEADERS['first']}\n1,ann@example.org,S1,2022-03-10 08:00,7\n", encoding="utf-8")
    (cause,) = look_around(settings, with_warehouse=True).causes
    assert (cause.title, cause.details) == ("Deliveries are not loaded", ("1: first/2022-03-11",))
    assert look_around(settings, with_warehouse=False).causes == ()
    ingest = open_ingest(settings)
    with open_warehouse(settings.warehouse_file) as engine:
        for delivery in find_deliveries(settings.landing_url, ingest.programme.sources_by_id).deliveries:
            ingest.load(engine, delivery)
    assert titles(settings) == []
    with held(settings.warehouse_file):
        assert titles(settings) == []


def test_what_cannot_be_looked_at_is_a_cause_and_not_well(settings):
    settings.programme_file.write_text("id: [", encoding="utf-8")
    look = look_around(settings, with_warehouse=True)
    assert "deliveries" in look.topics
    assert [cause.title for cause in look.causes] == ["Nobody can tell about the deliveries"]


def test_targets_that_the_release_misses_are_found(settings):
    missed = kpi_row("K05", 1, "Sure", value=0.6, target=0.7, comparator=">", met=False)
    met = kpi_row("K06", 2, "Glad", value=0.8, target=0.7, comparator=">", met=True)
    unknown = kpi_row("K07", 3, "Near", value=0.7, target=0.7, comparator=">", met=None)
    write_released_database(settings.reporting_file, [missed, met, unknown])
    look = look_around(settings, with_warehouse=True)
    told = {cause.title: [line.split(":")[0] for line in cause.details] for cause in look.causes}
    assert told == {
        "A target is missed": ["K05 Sure"],
        "Nobody can tell whether a target is met": ["K07 Near"],
    }


def test_without_a_release_no_target_that_was_missed_is_over(settings):
    assert "targets" not in look_around(settings, with_warehouse=True).topics


def test_the_message_says_which_release_readers_have(settings, receiver):
    write_released_database(settings.reporting_file)
    tell_of(settings, found(FULL))
    assert "Readers have the release release-7, made 2022-10-03 05:30 UTC" in receiver.text


def test_what_no_longer_ticks_is_found_and_what_never_did_is_not(settings):
    assert titles(settings) == []
    for name in (REFRESH, HOUSEKEEPING):
        tick(settings, name)
    assert titles(settings) == []
    assert {one.text.partition(":")[0] for one in of("schedule", settings)} == {REFRESH, HOUSEKEEPING}
    long_ago = time.time() - 27 * 3600
    os.utime(settings.alerts_folder / "refresh.tick", (long_ago, long_ago))
    assert titles(settings) == ["Nothing looks for deliveries any more"]
    assert last_ticks(settings)[REFRESH] < last_ticks(settings)[HOUSEKEEPING]


def test_a_tick_makes_no_folder_where_there_is_no_data_yet(settings, tmp_path):
    new = settings.model_copy(update={"data_dir": tmp_path / "new"})
    tick(new, REFRESH)
    assert not new.data_dir.exists()


def test_a_failed_run_is_over_with_the_next_one_that_succeeds(settings, receiver):
    tell(settings, of_run("refresh", is_success=False))
    tell(settings, command_succeeded())
    tell(settings, of_run("refresh", is_success=True))
    assert [one["title"] for one in receiver.messages] == [
        "[ccds] The run of refresh failed",
        "[ccds] Over: The run of refresh failed",
    ]


def test_the_command_for_a_timer_tells_and_prints_what_is_wrong(settings, receiver, monkeypatch, capsys):
    export = Path(settings.landing_url) / "first" / "2022-03-11" / "export.csv"
    export.parent.mkdir(parents=True)
    export.write_text("a\n")
    places = {"data": settings.data_dir, "landing": settings.landing, "programme": settings.programme_file}
    for url, status, code in ((None, 200, 0), (receiver.url, 500, 1), (receiver.url, 200, 0)):
        if url is not None:
            monkeypatch.setenv("CCDS_ALERT_URL", url)
        receiver.status = status
        with pytest.raises(typer.Exit) as ended:
            alerts(**places)
        assert ended.value.exit_code == code
        printed = capsys.readouterr()
        assert printed.out == "Deliveries are not loaded\n  1: first/2022-03-11\n"
        assert ("CCDS_ALERT_URL is not set" in printed.err) == (url is None)
    assert [one["title"] for one in receiver.messages] == ["[ccds] Deliveries are not loaded"]
