"""Laws of reports in sections: a changed line changes its own record alone, or the file is refused."""

import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline_tests.support.delivered_files import FIXTURES, Delivered, read

REPORTS = {
    name: ("teams_attendance" if name.startswith("teams") else layout)
    for name, layout in {
        "teams_2020_actions.csv": "",
        "teams_2021_summary.csv": "",
        "teams_2022_joins.csv": "",
        "teams_sections.csv": "",
        "teams_webinar.csv": "",
        "zoom_meeting_block.csv": "zoom_attendance",
        "zoom_meeting_details.csv": "zoom_attendance",
        "zoom_new_wording.csv": "zoom_attendance",
        "zoom_registrations.csv": "zoom_registrations",
        "zoom_unique_users.csv": "zoom_attendance",
        "zoom_webinar.csv": "zoom_attendance",
    }.items()
}
TEXTS = {name: (FIXTURES / name).read_text(encoding="utf-8-sig") for name in REPORTS}
ACTIONS = "teams_2020_actions.csv"
IN_SECTIONS = sorted(set(REPORTS) - {ACTIONS})
quickly = settings(deadline=None, max_examples=60)


def read_text(layout: str, text: str) -> Delivered | None:
    """Read a report, with all of its lines accounted for; None if it is refused by a rule."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "delivered"
        path.write_bytes(text.encode())
        try:
            delivered = read(layout, path)
        except FileRefusedError:
            return None
    assert delivered.tally.total == delivered.accounted_lines
    return delivered


def records(delivered: Delivered) -> Counter[tuple[str | None, ...]]:
    return Counter(delivered.good)


def original(name: str) -> Delivered:
    delivered = read_text(REPORTS[name], TEXTS[name])
    assert delivered is not None
    return delivered


def on_line(delivered: Delivered, line: int) -> Counter[tuple[str | None, ...]]:
    """Return the record that stands on a line, if one does."""
    return Counter(row for row, at in zip(delivered.rows, delivered.lines, strict=True) if at == line)


@pytest.mark.parametrize("name", IN_SECTIONS)
def test_a_report_without_one_of_its_lines_lacks_that_record_alone_or_is_refused(name):
    whole, lines = original(name), TEXTS[name].splitlines(keepends=True)
    for number in range(len(lines)):
        cut = read_text(REPORTS[name], "".join(lines[:number] + lines[number + 1 :]))
        assert cut is None or records(cut) == records(whole) - on_line(whole, number + 1), number + 1


@pytest.mark.parametrize("name", IN_SECTIONS)
def test_a_report_with_a_line_twice_has_that_record_twice_or_is_refused(name):
    whole, lines = original(name), TEXTS[name].splitlines(keepends=True)
    for number in range(len(lines)):
        doubled = read_text(REPORTS[name], "".join(lines[: number + 1] + lines[number:]))
        assert doubled is None or records(doubled) == records(whole) + on_line(whole, number + 1), number + 1


@pytest.mark.parametrize("first", sorted(REPORTS))
@pytest.mark.parametrize("second", sorted(REPORTS))
def test_of_two_reports_in_one_file_no_record_is_of_the_wrong_one(first, second):
    pasted = read_text(REPORTS[first], TEXTS[first] + TEXTS[second])
    assert pasted is None or records(pasted) == records(original(first))


TITLES = [
    (name, number)
    for name, text in TEXTS.items()
    for number, line in enumerate(text.splitlines())
    if re.fullmatch(r"[^\t,]+\t*", line)
]


@quickly
@given(st.sampled_from(TITLES), st.text(st.characters(categories=["L", "N", "Z"]), max_size=20))
def test_a_title_that_is_renamed_is_refused_or_changes_nothing(title, text):
    name, number = title
    lines = TEXTS[name].splitlines()
    lines[number] = text
    renamed = read_text(REPORTS[name], "\n".join(lines) + "\n")
    assert renamed is None or records(renamed) == records(original(name))


@quickly
@given(st.sampled_from(["teams_sections.csv", "zoom_webinar.csv"]), st.data())
def test_the_order_of_sections_never_changes_a_record(name, data):
    starts = {
        "teams_sections.csv": ("1.", "2.", "3.", "4."),
        "zoom_webinar.csv": ("Host", "Panel", "Attendee D", "Other"),
    }
    parts: list[list[str]] = [[]]
    for line in TEXTS[name].splitlines(keepends=True):
        if line.startswith(starts[name]):
            parts.append([])
        parts[-1].append(line)
    head, *sections = ("".join(part) for part in parts)
    permuted = read_text(REPORTS[name], head + "".join(data.draw(st.permutations(sections))))
    assert permuted is not None
    assert records(permuted) == records(original(name))


@quickly
@given(st.data())
def test_the_order_of_actions_never_changes_a_record(data):
    header, *actions = TEXTS[ACTIONS].splitlines()
    permuted = read_text("teams_attendance", "\n".join([header, *data.draw(st.permutations(actions))]) + "\n")
    assert permuted is not None
    assert records(permuted) == records(original(ACTIONS))


MOMENTS = st.integers(0, 59)


@quickly
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.sets(MOMENTS, min_size=1, max_size=6)), max_size=4),
    st.data(),
)
def test_every_leave_ends_the_time_that_its_join_began(presences, data):
    # Each person comes and goes in turn, so every proper interval is known.
    moments: dict[str, set[int]] = {}
    for name, times in presences:
        moments[name] = moments.get(name, set()) | times
    written = [
        (name, ("Joined", "Left")[position % 2], time)
        for name, times in moments.items()
        for position, time in enumerate(sorted(times))
    ]
    expected = Counter(
        (name, joined, left)
        for name, times in moments.items()
        for joined, left in zip(sorted(times)[::2], [*sorted(times)[1::2], None], strict=False)
    )
    rows = [f"{name}\t{action}\t6/26/2020, 9:{time:02d}:00 AM\n" for name, action, time in written]
    header = "Full Name\tUser Action\tTimestamp\n"
    delivered = read_text("teams_attendance", header + "".join(data.draw(st.permutations(rows))))
    assert delivered is not None

    def minute(text: str | None) -> int | None:
        return int(text.split(":")[1]) if text else None

    assert expected == Counter(
        (row["Name"], minute(row["Join time"]), minute(row["Leave time"])) for row in delivered.by_name
    )
