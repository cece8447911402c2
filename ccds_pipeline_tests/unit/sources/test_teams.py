"""Microsoft Teams' reports, on invented files: every generation, and what is refused by its line."""

from collections import Counter

import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.sources.formats import check_format
from ccds_pipeline_tests.support.delivered_files import FIXTURES, Delivered, read, refusal, written

SECTIONS = (FIXTURES / "teams_sections.csv").read_text(encoding="utf-8")
SUMMARY_2021 = (FIXTURES / "teams_2021_summary.csv").read_text(encoding="utf-8")
ACTIONS = "Full Name\tUser Action\tTimestamp\n"
UNTIL_LAST = {"open_until": "last_action"}


def fixture(format_name: str, name: str) -> Delivered:
    delivered = read(format_name, FIXTURES / name)
    assert delivered.tally.total == delivered.accounted_lines
    return delivered


def report(*lines: str) -> str:
    """Write a list of actions, each "name, action, time of 26 June" with spaces between."""
    return ACTIONS + "".join("{}\t{}\t6/26/2020, {}\n".format(*line.split(" ", 2)) for line in lines)


def intervals(delivered: Delivered) -> list[tuple[str | None, ...]]:
    def clock(time: str | None) -> str | None:
        return time and time.removeprefix("6/26/2020, ")

    return [(row["Name"], clock(row["Join time"]), clock(row["Leave time"])) for row in delivered.by_name]


def test_a_teams_list_of_actions_becomes_one_record_per_join():
    delivered = fixture("teams_attendance", "teams_2020_actions.csv")
    assert [(row["Name"], row["Join time"], row["Leave time"]) for row in delivered.by_name] == [
        ("Ada Example", "11/10/2021, 09:00:00", "11/10/2021, 09:20:00"),
        ("Ada Example", "11/10/2021, 09:25:00", "11/10/2021, 10:00:00"),
        ("Bo Example", "11/10/2021, 08:58:00", None),
    ]
    assert delivered.lines == [2, 4, 6]


def test_a_teams_list_that_starts_with_the_newest_action_is_paired_the_same(tmp_path):
    header, *actions = (FIXTURES / "teams_2020_actions.csv").read_text(encoding="utf-8").splitlines()
    newest_first = "\n".join([header, *reversed(actions)]) + "\n"
    delivered = read("teams_attendance", written(tmp_path, newest_first))
    assert sorted(delivered.good, key=str) == sorted(
        fixture("teams_attendance", "teams_2020_actions.csv").good, key=str
    )
    assert delivered.tally.total == delivered.accounted_lines


def test_two_devices_leave_in_either_order_and_every_join_has_its_leave(tmp_path):
    actions = [
        "Ada Joined 9:00:00 AM",
        "Ada Joined 9:10:00 AM",
        "Ada Left 9:30:00 AM",
        "Ada Left 10:00:00 AM",
    ]
    assert intervals(read("teams_attendance", written(tmp_path, report(*actions)))) == [
        ("Ada", "9:00:00 AM", "10:00:00 AM"),
        ("Ada", "9:10:00 AM", "9:30:00 AM"),
    ]


def test_a_leave_without_a_join_and_an_unknown_action_are_not_lost(tmp_path):
    actions = ["Ada Joined 9:00:00", "Ada Left 9:30:00", "Ada Left 9:40:00", "Bo Waved 9:50:00"]
    delivered = read("teams_attendance", written(tmp_path, report(*actions)))
    assert delivered.faults == [None, None, "unknown_action"]
    assert intervals(delivered)[1] == ("Ada", None, "9:40:00")
    assert delivered.tally.total == delivered.accounted_lines


def test_a_list_newest_first_in_which_everybody_rejoined_is_paired_by_its_times(tmp_path):
    actions = ["Ada Joined 1:40:00 PM", "Ada Left 12:30:00 PM", "Ada Joined 9:00:00 AM"]
    assert intervals(read("teams_attendance", written(tmp_path, report(*actions)))) == [
        ("Ada", "1:40:00 PM", None),
        ("Ada", "9:00:00 AM", "12:30:00 PM"),
    ]


def test_who_has_no_leave_was_there_until_the_last_action_where_the_source_says_so(tmp_path):
    path = written(tmp_path, report("Ada Joined 9:00:00", "Bo Left 9:30:00", "Bo Joined 9:10:00"))
    assert intervals(read("teams_attendance", path)) == [
        ("Ada", "9:00:00", None),
        ("Bo", "9:10:00", "9:30:00"),
    ]
    assert intervals(read("teams_attendance", path, UNTIL_LAST)) == [
        ("Ada", "9:00:00", "9:30:00"),
        ("Bo", "9:10:00", "9:30:00"),
    ]


def test_a_list_newest_first_in_which_most_stayed_has_proper_intervals(tmp_path):
    # As a real list of 49 actions: 36 joined, 5 had joined before, 8 left.
    joins = [f"P{number} Joined 9:{number:02d}:00" for number in range(36)]
    before = [f"Q{number} Joined#before 9:00:00" for number in range(5)]
    leaves = [f"P{number} Left 10:{number:02d}:00" for number in range(8)]
    content = report(*reversed([*before, *joins, *leaves])).replace("#", " ")
    delivered = read("teams_attendance", written(tmp_path, content), UNTIL_LAST)
    assert set(delivered.faults) == {None}
    assert Counter(left for *_, left in intervals(delivered)) == {
        "10:07:00": 1 + 33,
        **{f"10:{number:02d}:00": 1 for number in range(7)},
    }
    assert {name: left for name, _, left in intervals(delivered)}["P3"] == "10:03:00"


def test_nobody_is_there_until_the_last_action_if_an_action_could_not_be_read(tmp_path):
    path = written(tmp_path, report("Ada Joined 9:00:00", "Ada Vanished 9:20:00", "Bo Joined 9:30:00"))
    assert intervals(read("teams_attendance", path, UNTIL_LAST)) == [
        ("Ada", "9:00:00", None),
        ("Bo", "9:30:00", None),
    ]


def test_an_action_that_is_listed_twice_counts_once_and_is_named(tmp_path):
    path = written(tmp_path, report("Ada Joined 9:00:00", "Ada Joined 9:00:00", "Ada Left 9:30:00"))
    delivered = read("teams_attendance", path, UNTIL_LAST)
    assert (delivered.faults, delivered.lines) == ([None, "action_repeated"], [2, 3])
    assert intervals(delivered) == [("Ada", "9:00:00", "9:30:00")]


def test_who_joins_and_leaves_in_one_second_has_an_interval_of_nothing(tmp_path):
    path = written(tmp_path, report("Ada Left 9:00:00", "Ada Joined 9:00:00", "Bo Joined 9:30:00"))
    assert intervals(read("teams_attendance", path, UNTIL_LAST))[0] == ("Ada", "9:00:00", "9:00:00")


def test_actions_over_midnight_are_in_order_by_their_dates(tmp_path):
    content = f"{ACTIONS}Ada\tLeft\t27.06.2020, 00:10:00\nAda\tJoined\t26.06.2020, 23:00:00\n"
    (row,) = read("teams_attendance", written(tmp_path, content)).by_name
    assert (row["Join time"], row["Leave time"]) == ("26.06.2020, 23:00:00", "27.06.2020, 00:10:00")


@pytest.mark.parametrize(
    "times",
    [
        ("9:00", "9:30"),  # no date
        ("yesterday", "today"),
        ("1/2/2020, 9:00:00", "2/1/2020, 9:30:00"),  # a day and a month that can change places
        ("32/13/2020, 9:00:00", "1/1/2020, 9:30:00"),
    ],
)
def test_a_list_whose_times_give_no_order_is_refused(tmp_path, times):
    content = ACTIONS + "".join(
        f"Ada\t{action}\t{time}\n" for action, time in zip(("Joined", "Left"), times, strict=True)
    )
    assert refusal("teams_attendance", written(tmp_path, content)).rule == "actions_unordered"


def test_open_until_takes_the_last_action_and_nothing_else():
    check_format("teams_attendance", UNTIL_LAST)
    with pytest.raises(ConfigurationError) as caught:
        check_format("teams_attendance", {"open_until": "midnight"})
    assert caught.value.rule == "option_value"


@pytest.mark.parametrize("name", ["teams_2021_summary.csv", "teams_2022_joins.csv", "teams_sections.csv"])
def test_teams_reports_of_all_generations_have_the_same_columns(name):
    delivered = fixture("teams_attendance", name)
    person = ["Name", "Join time", "Leave time", "Duration", "Email", "Role"]
    assert set(person) | {"Meeting title", "Meeting start time", "Meeting end time"} <= set(delivered.names)
    first = delivered.by_name[0]
    assert (first["Name"], first["Email"]) == ("Ada Example", "ada@example.org")
    assert first["Meeting title"] == "CCDS-0001 Training"
    assert first["Meeting start time"] in {"11/10/2021, 09:00:00", "11/10/22, 09:00:00"}


def test_a_teams_report_with_activities_delivers_every_join_and_no_summary_row():
    delivered = fixture("teams_attendance", "teams_sections.csv")
    assert [(row["Name"], row["Duration"], row["Role"]) for row in delivered.by_name] == [
        ("Ada Example", "20m", "Attendee"),
        ("Ada Example", "1h 5m", "Attendee"),
        ("Bo Example (Guest)", "1h 30m", "Organizer"),
    ]


def test_a_teams_report_without_activities_delivers_its_participants(tmp_path):
    sections = (FIXTURES / "teams_sections.csv").read_bytes().split(b"3. In-Meeting")[0]
    rows = read("teams_attendance", written(tmp_path, sections)).by_name
    assert [(row["Name"], row["Join time"], row["Leave time"], row["Duration"]) for row in rows] == [
        ("Ada Example", "11/10/22, 09:00:00", "11/10/22, 10:30:00", "1h 25m"),
        ("Bo Example (Guest)", "11/10/22, 09:00:00", "11/10/22, 10:30:00", "1h 30m"),
    ]
    assert rows[0]["Participant ID (UPN)"] == "ada@work.example.org"


def test_a_blank_line_inside_a_teams_section_does_not_end_it(tmp_path):
    content = (FIXTURES / "teams_sections.csv").read_text(encoding="utf-8")
    activities = content.index("3. In-Meeting")
    row = content.index("Bo Example", activities)
    delivered = read("teams_attendance", written(tmp_path, content[:row] + "\n" + content[row:]))
    assert len(delivered.good) == 3
    assert delivered.faults.count("row_blank") == 1


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("name", ["teams_2020_actions.csv", "teams_2022_joins.csv", "teams_sections.csv"])
def test_a_teams_report_that_was_saved_anew_is_read_by_what_its_first_lines_show(tmp_path, name, delimiter):
    content = (FIXTURES / name).read_text(encoding="utf-8").replace(",", "")
    expected = read("teams_attendance", written(tmp_path, content)) if "2020" not in name else None
    path = written(tmp_path, content.replace("\t", delimiter))
    delivered = read("teams_attendance", path)
    assert len(delivered.good) == len(fixture("teams_attendance", name).good)
    assert expected is None or delivered.good == expected.good
    assert refusal("teams_attendance", path, {"delimiter": "pipe"}).rule in {
        "wrong_layout",
        "unknown_section",
    }


def test_a_teams_report_from_excel_is_read_with_its_padding_and_a_title_of_two_lines():
    delivered = fixture("teams_attendance", "teams_saved_in_excel.csv")
    assert [(row["Name"], row["Duration"]) for row in delivered.by_name] == [
        ("Ada Example", "30m"),
        ("Ada Example", "50m"),
        ("Bo Example (Unverified)", "1h 58m"),
    ]
    assert {row["Meeting title"] for row in delivered.by_name} == {"CCDS-0001 Training,\nsecond line"}


def test_a_teams_report_under_somebodys_own_lines_is_refused(tmp_path):
    refused = refusal("teams_attendance", written(tmp_path, f"For Jo\n{SECTIONS}"))
    assert (refused.rule, refused.line) == ("wrong_layout", 1)


@pytest.mark.parametrize(
    ("content", "language"),
    [
        ("1. Zusammenfassung\nTitel\tX\n2. Teilnehmer\nName\tBeitritt\n", "German"),
        ("Vollständiger Name\tBenutzeraktion\tZeitstempel\nAda\tBeigetreten\t1.1.2021\n", "German"),
        ("1. Résumé\nTitre de la réunion\tX\n3. Activités en réunion\nNom\tEmail\n", "French"),
        ("1. Résumé,,\nTitre de la réunion,X,\n", "French"),
    ],
)
def test_a_teams_report_in_another_language_is_named_and_refused(tmp_path, content, language):
    refused = refusal("teams_attendance", written(tmp_path, content))
    assert (refused.rule, refused.line) == ("report_language", 1)
    assert f"Teams in {language}" in refused.problem
    assert "English" in refused.remedy


@pytest.mark.parametrize("pasted", [SECTIONS, SUMMARY_2021, report("Ada Joined 9:00:00", "Ada Left 9:30:00")])
@pytest.mark.parametrize("first", [SECTIONS, SUMMARY_2021, report("Ada Joined 9:00:00", "Ada Left 9:30:00")])
def test_two_teams_reports_in_one_file_are_refused(tmp_path, first, pasted):
    refused = refusal("teams_attendance", written(tmp_path, first + pasted))
    assert refused.rule in {"several_reports", "unknown_line"}
    assert refused.line is not None
    assert refused.line > first.count("\n")
    assert "one report per file" in refused.remedy or refused.rule == "unknown_line"


@pytest.mark.parametrize(
    "title", ["1. Summary", "2. Participants", "3. In-Meeting Activities", "4. Reactions"]
)
def test_a_section_of_teams_with_another_title_is_refused_by_its_line(tmp_path, title):
    refused = refusal(
        "teams_attendance", written(tmp_path, SECTIONS.replace(title, f"{title[:3]}Something else"))
    )
    line = SECTIONS[: SECTIONS.index(title)].count("\n") + 1
    assert (refused.rule, refused.line) == ("wrong_layout" if line == 1 else "unknown_section", line)


def test_sections_of_teams_may_stand_in_any_order(tmp_path):
    summary, participants, activities, reactions = SECTIONS.rstrip().split("\n\n")
    content = "\n\n".join([reactions, activities, summary, participants]) + "\n"
    assert (
        read("teams_attendance", written(tmp_path, content)).good
        == fixture("teams_attendance", "teams_sections.csv").good
    )


def test_a_teams_summary_with_a_line_of_somebodys_own_or_without_its_title_is_refused(tmp_path):
    fact = "Meeting title\tCCDS-0001 Training\n"
    own = refusal(
        "teams_attendance", written(tmp_path, SECTIONS.replace(fact, f"{fact}Note\tAda came late\n"))
    )
    assert (own.rule, own.line) == ("unknown_line", 3)
    untitled = refusal("teams_attendance", written(tmp_path, SECTIONS.replace(fact, "")))
    assert untitled.rule == "missing_columns"
    twice = refusal("teams_attendance", written(tmp_path, SECTIONS.replace(fact, fact * 2)))
    assert (twice.rule, twice.line) == ("several_reports", 3)


def test_a_person_under_a_list_of_another_kind_is_refused(tmp_path):
    person = SECTIONS.splitlines(keepends=True)[-5]
    assert person.startswith("Bo Example")
    refused = refusal("teams_attendance", written(tmp_path, SECTIONS + person))
    assert (refused.rule, refused.line) == ("unknown_line", SECTIONS.count("\n") + 1)


def test_a_teams_report_that_lists_more_persons_than_attended_is_refused(tmp_path):
    refused = refusal(
        "teams_attendance", written(tmp_path, SECTIONS.replace("participants\t2", "participants\t1"))
    )
    assert refused.rule == "count_differs"
    assert "says that 1 attended, and lists 2" in refused.problem


def test_a_participant_who_joined_and_is_not_among_the_activities_is_missed(tmp_path):
    before, activities = SECTIONS.split("3. In-Meeting Activities\n")
    kept = "".join(line for line in activities.splitlines(keepends=True) if not line.startswith("Bo"))
    refused = refusal("teams_attendance", written(tmp_path, f"{before}3. In-Meeting Activities\n{kept}"))
    assert refused.rule == "count_differs"
    assert "Of 2 participants who joined, 1" in refused.problem


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_teams_report_is_the_same_in_every_encoding(tmp_path, encoding):
    content = (
        (FIXTURES / "teams_sections.csv").read_text(encoding="utf-8").replace("Bo Example", "Bö Example")
    )
    assert (
        read("teams_attendance", written(tmp_path, content, encoding=encoding)).good[2][0]
        == "Bö Example (Guest)"
    )
