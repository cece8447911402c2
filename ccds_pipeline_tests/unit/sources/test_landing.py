"""What is a delivery, and what lies in the landing folder without being one."""

import sys
from datetime import date

import pytest
from upath import UPath

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import find_deliveries

SOURCES = ("bookings", "survey")


def deliver(root, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("id,name\n", encoding="utf-8")


def test_deliveries_are_found_in_the_order_of_source_date_and_name(tmp_path):
    deliver(
        tmp_path,
        "survey/2022-03-02/b.csv",
        "survey/2022-03-02/a.csv",
        "survey/2022-03-01/c.csv",
        "bookings/2022-03-02/d.csv",
    )
    found = find_deliveries(str(tmp_path), SOURCES)
    assert not found.problems
    assert [
        (delivery.source_id, delivery.delivery_on, [file.name for file in delivery.files])
        for delivery in found.deliveries
    ] == [
        ("bookings", date(2022, 3, 2), ["d.csv"]),
        ("survey", date(2022, 3, 1), ["c.csv"]),
        ("survey", date(2022, 3, 2), ["a.csv", "b.csv"]),
    ]


LEFTOVERS = (
    ".DS_Store", ".~lock.a.csv#", "~$a.xlsx", "Thumbs.db", "Desktop.INI", "a.csv.part", "c.TMP",
    "a.csv.partial", "Unconfirmed 1.crdownload", "a.csv.filepart", "a.download", "a.swp", "a.csv.bak",
)  # fmt: skip


def test_what_is_hidden_unfinished_or_left_by_other_programs_is_passed_over_and_counted(tmp_path):
    folder = "survey/2022-03-01/"
    deliver(tmp_path, folder + "a.csv", *(folder + name for name in LEFTOVERS), ".keep", "survey/~$x.xlsx")
    found = find_deliveries(str(tmp_path), SOURCES)
    assert not found.problems
    assert [file.name for file in found.deliveries[0].files] == ["a.csv"]
    assert {(left.place, left.entries) for left in found.leftovers} == {
        ("the landing folder", 1),
        ("survey", 1),
        ("survey/2022-03-01", len(LEFTOVERS)),
    }


def test_a_delivery_of_leftovers_alone_is_a_problem_and_not_an_empty_source(tmp_path):
    deliver(tmp_path, "survey/2022-03-01/a.csv.crdownload")
    found = find_deliveries(str(tmp_path), SOURCES)
    assert ([problem.rule for problem in found.problems], found.deliveries) == (["empty_delivery"], ())


@pytest.mark.parametrize(
    "name", ["Attendance – Ålesund 1 (final) (1).csv", "partial.csv", "back.bak.csv", "$a"]
)
def test_an_odd_name_is_no_leftover(tmp_path, name):
    deliver(tmp_path, f"survey/2022-03-01/{name}")
    found = find_deliveries(str(tmp_path), SOURCES)
    assert [file.name for file in found.deliveries[0].files] == [name]
    assert not found.leftovers


def test_only_the_wanted_dates_are_found(tmp_path):
    deliver(tmp_path, "survey/2022-03-01/a.csv", "survey/2022-03-02/a.csv")
    (tmp_path / "survey" / "2022-03-03").mkdir()
    found = find_deliveries(str(tmp_path), SOURCES, dates={date(2022, 3, 2)})
    assert [delivery.delivery_on for delivery in found.deliveries] == [date(2022, 3, 2)]
    assert not found.problems


@pytest.mark.parametrize(
    ("path", "rule", "place"),
    [
        ("surveys/2022-03-01/a.csv", "unknown_source", "surveys"),
        ("survey/1 March/a.csv", "not_a_date", "survey/1 March"),
        ("survey/20220301/a.csv", "not_a_date", "survey/20220301"),
        ("survey/2022-02-30/a.csv", "not_a_date", "survey/2022-02-30"),
        ("survey/ada.csv", "stray_file", "survey"),
        ("ada.csv", "stray_file", "the landing folder"),
        ("survey/2022-03-01/more/ada.csv", "stray_folder", "survey/2022-03-01"),
    ],
)
def test_what_is_in_the_wrong_place_is_a_problem_beside_the_deliveries(tmp_path, path, rule, place):
    deliver(tmp_path, "bookings/2022-03-01/a.csv", path)
    found = find_deliveries(str(tmp_path), SOURCES)
    assert [delivery.source_id for delivery in found.deliveries] == ["bookings"]
    problem = found.problems[0]
    assert (problem.rule, problem.place) == (rule, place)
    assert problem.remedy.endswith(".")
    assert "ada" not in str(problem)  # the name of a file may be the name of a person


def test_an_empty_delivery_is_a_problem_and_not_an_empty_source(tmp_path):
    (tmp_path / "survey" / "2022-03-01").mkdir(parents=True)
    found = find_deliveries(str(tmp_path), SOURCES)
    assert ([problem.rule for problem in found.problems], found.deliveries) == (["empty_delivery"], ())


def test_a_folder_that_is_a_link_is_not_followed(tmp_path):
    deliver(tmp_path / "elsewhere", "2022-03-01/a.csv")
    landing = tmp_path / "landing"
    (landing / "bookings").mkdir(parents=True)
    (landing / "survey").symlink_to(tmp_path / "elsewhere")
    (landing / "bookings" / "2022-03-01").symlink_to(tmp_path / "elsewhere" / "2022-03-01")
    found = find_deliveries(str(landing), SOURCES)
    assert not found.deliveries
    assert {problem.rule for problem in found.problems} == {"unknown_source", "not_a_date"}


def test_a_missing_landing_folder_is_named_without_its_user():
    with pytest.raises(ConfigurationError) as missing:
        find_deliveries("memory://ada@nowhere/landing", SOURCES)
    assert missing.value.rule == "landing_missing"
    assert "ada" not in str(missing.value)
    assert "nowhere/landing" in str(missing.value)


@pytest.mark.parametrize(
    "landing",
    [
        "memory://user:secret@nowhere/landing",
        "sftp://user:secret@example.org/landing",
        "s3://key:secret@bucket",
    ],
)
def test_a_url_with_a_password_is_refused_wherever_it_comes_in_and_never_shown(landing):
    for use in (lambda: find_deliveries(landing, SOURCES), lambda: Settings(landing=landing).landing_url):
        with pytest.raises(ConfigurationError) as refused:
            use()
        assert refused.value.rule == "landing_password"
        assert "secret" not in str(refused.value)
        assert "environment" in refused.value.remedy


def test_a_file_url_is_the_folder_itself(tmp_path):
    deliver(tmp_path, "survey/2022-03-01/a.csv")
    (tmp_path / "bookings").symlink_to(tmp_path / "survey")
    found = find_deliveries(tmp_path.as_uri(), SOURCES)
    assert [delivery.source_id for delivery in found.deliveries] == ["survey"]
    assert [problem.rule for problem in found.problems] == ["unknown_source"]


@pytest.mark.parametrize(
    ("landing", "hint"), [("abfs://box@account/x", "[azure]"), ("carrier-pigeon://loft", "s3, sftp or abfs")]
)
def test_a_protocol_without_its_package_names_what_to_install(landing, hint, monkeypatch):
    monkeypatch.setitem(sys.modules, "adlfs", None)
    with pytest.raises(ConfigurationError) as refused:
        find_deliveries(landing, SOURCES)
    assert refused.value.rule == "landing_protocol"
    assert hint in refused.value.remedy


def test_a_remote_landing_folder_is_read_like_a_local_one():
    root = UPath("memory://landing-test")
    file = root / "survey" / "2022-03-01" / "a.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("id\n")
    found = find_deliveries(str(root), SOURCES)
    assert [file.name for delivery in found.deliveries for file in delivery.files] == ["a.csv"]
