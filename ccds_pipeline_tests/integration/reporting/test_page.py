"""The report of a released database: one whole page, whatever the release holds or withholds."""

import itertools
import os
import re
from collections.abc import Sequence
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.reporting.report import write_report
from ccds_pipeline_tests.support.released_database import write_released_database
from ccds_pipeline_tests.support.released_rows import (
    Row,
    chart_row,
    claim_row,
    kpi_row,
    share_columns,
    source_row,
    withheld_columns,
)

NOTE = "These figures are invented."
TARGET = {"target": 0.7, "comparator": ">"}
KPIS = [
    kpi_row(
        "A1", 1, "Staff welcomed", estimand="persons", unit="persons", wave="all", value=1200,
        denominator=1200,
    ),
    kpi_row("A2", 2, "Warm welcome", **share_columns(570, 600), **TARGET, met=True, assured=True),
    kpi_row("A3", 3, "Answer rate", estimand="rate", wave="half_year", **share_columns(300, 1200)),
    kpi_row("A4", 4, "Calm", estimand="E1", unit="relative_change", value=0.247, denominator=450),
    kpi_row(
        "A4", 4, "Calm", estimand="E3", unit="share_of_range", value=0.171, denominator=450,
        is_headline=False,
    ),
    kpi_row("A5", 5, "Rest", estimand="mean", unit="score", value=3.4, denominator=590),
    kpi_row(
        "A2", 2, "Warm welcome", breakdown="ward", level="w1", level_label="Ward one",
        **share_columns(190, 200), **TARGET, met=True, assured=True,
    ),
    kpi_row(
        "A2", 2, "Warm welcome", breakdown="ward", level="w2", level_label="Ward two", **TARGET,
        **withheld_columns(),
    ),
]  # fmt: skip
LATER = {"estimand": "share_weighted", "unit": "share_estimated", "wave": "half_year", "is_headline": False}
RECORDS = {"unit": "records", "wave": "all", "denominator": 400}
OF_PAIRS = {"denominator": 450, "is_headline": False}
KPIS += [
    kpi_row("A4", 4, "Calm", estimand="mean_before", unit="score", value=6.6, **OF_PAIRS),
    kpi_row("A4", 4, "Calm", estimand="mean_after", unit="score", value=8.2, **OF_PAIRS),
    kpi_row("A4", 4, "Calm", estimand="paired_t_p", unit="p_value", value=0.0, **OF_PAIRS),
    kpi_row("A6", 6, "Still calm", wave="half_year", **share_columns(270, 300)),
    kpi_row("A6", 6, "Still calm", value=0.88, denominator=300, **LATER),
    kpi_row("A6", 6, "Still calm", value=0.3, denominator=1200, **(LATER | {"estimand": "share_worst_case"})),
    kpi_row("A7", 7, "Coverage", estimand="rate", wave="half_year", **share_columns(300, 1200)),
    *(
        kpi_row(
            "A7", 7, "Coverage", estimand=state, unit="places", wave="half_year", value=count,
            denominator=count, is_headline=False,
        )
        for state, count in (("responded_in_window", 300), ("lapsed", 900), ("overdue", 900))
    ),
    kpi_row(
        "A8", 8, "Lasting calm", estimand="since_before", unit="score", wave="half_year", denominator=0,
        status="not_measurable", status_reason="no source asks it again",
    ),
    kpi_row(
        "A9", 9, "Set up in time", estimand="months", unit="months", wave="all", denominator=0, target=3,
        comparator="<=", status="not_measurable", status_reason="no date of the award",
    ),
    kpi_row("B1", 10, "Records", estimand="received", value=400, **RECORDS),
    kpi_row("B1", 10, "Records", estimand="unmatched", value=25, is_headline=False, **RECORDS),
    *(
        kpi_row("A2", 2, "Warm welcome", breakdown="room", level=f"r{n:02}", **share_columns(190, 200))
        for n in range(15)
    ),
    *(
        kpi_row("A2", 2, "Warm welcome", breakdown="month", level=f"2022-{n:02}", **share_columns(190, 200))
        for n in range(1, 13)
    ),
]  # fmt: skip
POINTS = [
    *(chart_row("A2", "room", f"r{n:02}", 0.95, signal="outside_95" if n == 3 else None) for n in range(15)),
    *(
        chart_row("A2", "month", f"2022-{n:02}", 0.95, chart="spc", low_95=None, high_95=None)
        for n in range(1, 13)
    ),
]
CLAIMS = [
    claim_row("agreed", "Nine in ten were welcomed", "A2"),
    claim_row("differed", "Calm rose by 30%", "A4", state="lower", estimand="E1", unit="relative_change",
              claimed=0.3, value=0.247, ci_low=0.23, ci_high=0.26, denominator=450),
]  # fmt: skip
CHARTS = 2
WAVES = [
    {"wave": wave, "wave_order": order, "wave_label": label, "timing": timing, "from_day": from_day}
    for order, (wave, label, timing, from_day) in enumerate(
        [
            ("before", "Before", "before", None),
            ("after", "Straight after", "after", None),
            ("half_year", "Half a year on", "after", 150),
            ("all", "Not by wave", None, None),
        ],
        start=1,
    )
]
MEANT: dict[str, dict[str, object]] = {
    "A1": {"rule": "reach", "definition_text": "Different people who came."},
    "A2": {"question_id": "welcome", "question_text": "Were you made welcome?",
           "scale_text": "No, Partly, Yes", "favourable_text": "Yes", "definition_text": 'Answers "Yes".',
           "target_text": "more than 70%"},
    "A3": {"rule": "response_rate"},
    "A4": {"rule": "change", "before_wave": "before", "question_id": "calm",
           "question_text": "How calm are you?", "scale_text": "0 to 10", "scale_minimum": 0,
           "scale_maximum": 10, "favourable_text": "7 or more"},
    "A5": {"question_text": "How rested are you?", "scale_text": "0 to 5", "scale_minimum": 0,
           "scale_maximum": 5},
    "A6": {"question_text": "Are you calm still?", "scale_text": "No, Yes", "favourable_text": "Yes"},
    "A7": {"rule": "coverage"},
}  # fmt: skip
DEFINITIONS = [
    {
        "rule": "other", "definition_text": "Something.", "estimand": "share", "unit": "share",
        "definition_version": "1", "definition_status": "assumed", **MEANT.get(kpi_id, {}),
        "kpi_id": kpi_id, "kpi_order": order, "kpi_label": label,
    }
    for kpi_id, (order, label) in {
        str(row["kpi_id"]): (row["kpi_order"], row["kpi_label"]) for row in KPIS
    }.items()
]  # fmt: skip
KPIS += [
    kpi_row("A1", 1, "Staff welcomed", estimand="persons", unit="persons", wave="all", value=number,
            denominator=number, breakdown="ward", level=level, level_label=label)
    for level, label, number in (("w1", "Ward one", 700), ("w2", "Ward two", 505))
] + [
    kpi_row("A4", 4, "Calm", estimand="difference", unit="score", value=1.6, ci_low=1.5, ci_high=1.7,
            **OF_PAIRS),
]  # fmt: skip
ANSWERS = [
    {
        "wave": "after", "question_id": "welcome", "question_text": "Were you made welcome?",
        "option_code": label, "option_label": label, "option_order": order, "answers_n": number,
        "of_answers_n": 600, "share": number / 600, "suppressed": False, "wave_label": "Straight after",
    }
    for order, (label, number) in enumerate((("No", 12), ("Partly", 18), ("Yes", 570)), start=1)
]  # fmt: skip
ANSWERS += [
    {
        "wave": wave, "question_id": "calm", "question_text": "How calm are you?", "option_code": str(score),
        "option_label": str(score), "option_order": score + 1, "answers_n": number, "of_answers_n": 440,
        "share": number / 440, "suppressed": False, "wave_label": label,
    }
    for wave, label, counts in (
        ("before", "Before", (10, 10, 10, 10, 20, 60, 100, 100, 60, 40, 20)),
        ("after", "Straight after", (0, 0, 0, 0, 0, 20, 40, 60, 100, 100, 120)),
    )
    for score, number in enumerate(counts)
]  # fmt: skip
SESSIONS = [
    {"breakdown": "all", "level": "all", "sessions_n": 60, "first_session_on": date(2022, 1, 4),
     "last_session_on": date(2022, 9, 30), "delivery_modes": "Online"},
]  # fmt: skip
HELD: dict[str, Sequence[Row]] = {
    "dim_estimand": [
        {"estimand": "persons", "estimand_order": 1, "estimand_label": "Persons", "unit": "persons",
         "value_kind": "count", "number_format": "0", "base_label": "people"},
    ],
    "dim_wave": WAVES, "dim_kpi": DEFINITIONS, "answer": ANSWERS, "session_summary": SESSIONS,
}  # fmt: skip
EARLIER = [
    {
        "release_id": "release-6", "released_at": datetime(2022, 7, 3), "as_of": date(2022, 7, 3),  # noqa: DTZ001  # UTC
        "kpi_id": "A2", "kpi_order": 2, "kpi_label": "Warm welcome", "wave": "after", "wave_order": 2,
        "wave_label": "Straight after", "definition_version": "1", "value_text": "91%",
        "interval_text": "88% to 93%", "base_n": 310, "base_label": "valid answers",
    },
]  # fmt: skip
SOURCES = [source_row("front_desk", refused_files_n=1), source_row("letters", last_delivery_on=None)]


class _Outline(HTMLParser):
    """The headings of a page, the start tags, and its text without style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.levels: list[int] = []
        self.text = ""
        self._is_style = False

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._is_style = tag == "style"
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag):
        self._is_style = False

    def handle_data(self, data):
        self.text += "" if self._is_style else f"{data} "


def outline(page: str) -> _Outline:
    parsed = _Outline()
    parsed.feed(page)
    parsed.text = " ".join(parsed.text.split())
    return parsed


def write_full_release(path: Path) -> Path:
    return write_released_database(
        path,
        KPIS,
        note=NOTE,
        sources=SOURCES,
        claims=CLAIMS,
        chart_points=POINTS,
        tables=HELD,
        earlier=EARLIER,
    )


def report(folder: Path, *args, **kwargs) -> str:
    target = folder / "report.html"
    write_report(write_released_database(folder / "release.duckdb", *args, **kwargs), target)
    return target.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("full")
    write_report(write_full_release(folder / "release.duckdb"), folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text(page):
    return outline(page).text


@pytest.mark.parametrize(
    "words",
    [
        "Welcome to the Ward",
        "Deliveries up to 3 October 2022",
        "1,200 people attended about 60 sessions (online) from 4 January 2022 to 30 September 2022",
        "The contract asks for more than 70%: Warm welcome is 95% of 600 valid answers",
        "Calm: the mean rose from 6.6 to 8.2 on a scale from 0 to 10 among 450 people",
        "+24.7% as relative change of paired means, +17% as change as a share of the scale's range",
        "Rest 3.4 of 5 from 590 answers",
        "Half year, Still calm: 90% of 300 valid answers (95% interval 89% to 91%), from the 25.0% of 1,200",
        "Not measured: Lasting calm; Set up in time.",
        "Since the release with deliveries up to 3 July 2022: 10 of 10 headlines changed",
        "Warm welcome After 91% of 310 valid answers; 88% to 93%",
        "Target met, with statistical confidence",
        "95% of 600 valid answers",
        "Target more than 70% 95% interval 94% to 96% Met yes Statistical confidence yes",
        "Set up in time, target at most 3 months: not measurable, because no date of the award.",
        "Parts need not add up to the whole",
        "By ward: 505 to 700 people in each of 2",
        "“Were you made welcome?”",
        "Calm: 6.6 before, 8.2 after, on a scale up to 10",
        "Scores of 7 or more: 50% before, 86% straight after",
        "Lasting calm: not measurable, because no source asks it again.",
        "Quotations that were approved for publication are kept apart",
        "Warm welcome by ward: 1 of 1 shown meet the target",
        "Ward two not shown withheld to protect people",
        "90% of 400 received records were loaded; 1 file refused",
        "1 of 2 published figures is contradicted",
        "Nine in ten were welcomed A2, definition 1, every phase, up to 3 October 2022 90% 90%",
        "+23.0% to +26.0% lower than published by 5.3 points",
        "What is contradicted stands first",
        "p-value of the paired t-test ≤ 0.001 of 450 matched pairs",
        "Coverage: 25.0% of 1,200 due were answered in the window",
        "Lapsed: window closed without an answer 900",
        "10 of 10 definitions are assumed",
        "Warm welcome by room: 1 of 15 lie outside the 95% limits",
        "r03: 95% of 50, above the 95% limits",
        "Warm welcome by month: none of 12 stand out from usual variation",
        "25 responses could not be linked",
        "Front desk 1 October 2022 3 1 200 180 10 5 5",
        "Letters none yet",
        "Released 3 October 2022, 06:30 BST",
        "Release release-7",
        "Data version 0123456789abcdef",
        "Code version 9.9.9",
        "contains NHS England data © Crown copyright",
        "Open Government Licence v3.0",
        "A definition is assumed until the evaluation lead has confirmed it.",
    ],
)
def test_the_page_says_what_a_reader_needs(text, words):
    assert words in text


def test_no_percentage_stands_in_the_table_of_readings_without_what_it_is_of(page):
    rows = [row for row in page.split("<tr ") if re.search(r'data-label="Value"[^>]*><span>[^<]*%', row)]
    assert len(rows) > 5
    assert all(re.search(r'data-label="Out of"><span>of [\d,]+ [a-z]', row) for row in rows)


def test_the_story_is_told_in_the_order_of_the_commissioner(page):
    sections = [str(attrs["id"]) for tag, attrs in outline(page).tags if tag == "section"]
    assert sections[:7] == ["main-points", "contract", "took-part", "said", "learned", "lasted", "wrote"]
    assert page.index('id="wrote"') < page.index(">Annex<") < page.index(f'id="{sections[7]}"')


def test_answers_are_one_bar_with_a_name_and_the_target_stands_at_the_kpi_that_has_it(page):
    said = page[page.index('id="said"') : page.index('id="learned"')]
    assert 'aria-label="No 2%, Partly 3%, Yes 95%"' in said
    assert said.count('class="target"') == 1
    lasted = page[page.index('id="lasted"') : page.index('id="wrote"')]
    assert 'class="target"' not in lasted


def test_names_are_shown_and_no_identifiers(text):
    assert not re.search(r"half_year|share_worst_case|mean_before|paired_t_p", text)


def test_what_nobody_measures_has_no_contract_card(text):
    assert text.count("Contract target Warm welcome") == 1
    assert "Contract target Set up in time" not in text


def test_every_link_of_the_page_leads_to_a_section(page):
    parsed = outline(page)
    ids = {attrs["id"] for _, attrs in parsed.tags if "id" in attrs}
    links = [
        str(attrs["href"])[1:] for tag, attrs in parsed.tags if tag == "a" and str(attrs["href"])[0] == "#"
    ]
    assert set(links) <= ids
    assert [link for link in links if link != "main"] == [
        str(attrs["id"]) for tag, attrs in parsed.tags if tag == "section"
    ]


def test_the_note_is_a_banner_only_where_there_is_one(page, tmp_path):
    assert NOTE in page
    assert 'class="banner"' in page
    assert 'class="banner"' not in report(tmp_path)


def test_the_page_needs_nothing_but_itself(page):
    parsed = outline(page)
    loading = {"script", "iframe", "object", "embed", "img", "form", "base"}
    assert not loading & {tag for tag, _ in parsed.tags}
    links = [attrs["href"] for tag, attrs in parsed.tags if tag == "link"]
    assert links == ["data:,"]
    assert not re.search(r'\s(?:src|srcset|style|on\w+)="', page)
    policy = next(a["content"] for t, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_headings_go_down_one_level_at_a_time(page):
    levels = outline(page).levels
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_every_header_a_scope(page):
    assert page.count("<table") == len(re.findall("<caption[ >]", page)) > 1
    assert re.findall(r"<th(?: [^>]*)?>", page)
    assert all("scope=" in header for header in re.findall(r"<th(?: [^>]*)?>", page))


def test_every_chart_comes_wide_and_narrow_with_a_table_behind(page):
    assert page.count('class="wide"') == page.count('class="narrow"') == page.count("<figure") == CHARTS
    assert page.count("Show this chart as a table") == CHARTS


def test_identifiers_in_the_page_are_used_once(page):
    ids = [attrs["id"] for _, attrs in outline(page).tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_rows_stand_in_the_order_of_kpis_and_waves_however_they_are_stored(tmp_path):
    rate = {"estimand": "rate", **share_columns(300, 1200)}
    kpis = [
        kpi_row("A4", 4, "Zest", wave="half_year", **share_columns(90, 100)),
        kpi_row("A2", 2, "Answer rate", wave="half_year", **rate),
        kpi_row("A2", 2, "Answer rate", wave="after", **rate),
        kpi_row("A1", 1, "Staff", wave="after", **share_columns(90, 100)),
    ]
    stored, reverse = (tmp_path / name for name in ("stored", "reverse"))
    stored.mkdir()
    reverse.mkdir()
    page = report(stored, kpis, tables={"dim_wave": WAVES})
    rows = re.findall(r"<small>(A\d, [\w ]+)</small>", page[page.index('id="readings"') :])
    assert rows[:4] == ["A1, after", "A2, after", "A2, half year", "A4, half year"]
    assert report(reverse, kpis[::-1], tables={"dim_wave": WAVES}) == page


def test_the_same_release_gives_the_same_bytes(tmp_path):
    database = write_released_database(tmp_path / "release.duckdb", KPIS[1:2], sources=SOURCES)
    for name in ("first.html", "second.html"):
        write_report(database, tmp_path / name)
    assert (tmp_path / "first.html").read_bytes() == (tmp_path / "second.html").read_bytes()


def test_a_release_without_kpis_gives_a_page_that_says_so(tmp_path):
    text = outline(report(tmp_path)).text
    for words in (
        "No KPI has been released yet.",
        "This is the first release",
        "This programme has no contract target.",
        "How many people attended is not shown in this release.",
        "No KPI of this programme is a share of answers.",
        "No KPI of this programme compares before and after.",
        "No KPI of this programme is a mean score.",
        "No KPI of this programme looks at a later wave.",
        "This programme counts no themes of comments.",
        "This programme lists no published claim.",
        "No KPI of this programme is a response rate.",
        "Nothing has been released by group.",
        "No records have been received",
    ):
        assert words in text


def test_a_release_that_withholds_everything_shows_no_number(tmp_path):
    kpis = [
        kpi_row("A1", 1, "Warm welcome", **withheld_columns(), **TARGET),
        kpi_row("A4", 4, "Calm", estimand="E1", unit="relative_change", **withheld_columns()),
        *(
            kpi_row("A4", 4, "Calm", estimand=name, unit="score", is_headline=False, **withheld_columns())
            for name in ("mean_before", "mean_after", "difference")
        ),
        kpi_row("A5", 5, "Rest", estimand="mean", unit="score", **withheld_columns()),
        kpi_row("A6", 6, "Still calm", wave="half_year", **withheld_columns()),
        kpi_row("A9", 9, "Staff", estimand="persons", unit="persons", **withheld_columns()),
    ]
    text = outline(report(tmp_path, kpis, tables={"dim_wave": WAVES, "dim_kpi": DEFINITIONS})).text
    for words in (
        "Whether the contract’s target (more than 70%) is met is not known: Warm welcome is withheld.",
        "Warm welcome Withheld Not yet known The value is withheld: to protect people.",
        "How many people attended is not shown in this release.",
        "no share is shown",
        "Calm: before and after cannot be shown.",
        "No mean score is shown",
        "Half year, Still calm: withheld; how many of those due answered is not shown.",
    ):
        assert words in text


def test_a_kpi_without_answers_is_said_to_have_none(tmp_path):
    kpis = [kpi_row("A1", 1, "Warm welcome", status="no_answers", denominator=0, **TARGET)]
    assert "no answers yet of 0 valid answers" in outline(report(tmp_path, kpis)).text


def test_text_of_a_programme_stays_text(tmp_path):
    hostile = "<script>alert(1)</script>"
    kpis = [kpi_row("A1", 1, hostile, **share_columns(90, 100))]
    sources = [source_row(hostile)]
    page = report(tmp_path, kpis, name=hostile, note=hostile, sources=sources)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 5


def test_a_failed_report_leaves_the_page_that_was_there(tmp_path):
    target = tmp_path / "report.html"
    target.write_text("the page of yesterday", encoding="utf-8")
    broken = tmp_path / "release.duckdb"
    broken.write_bytes(b"no database" * 1000)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        write_report(broken, target)
    assert target.read_text(encoding="utf-8") == "the page of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release.duckdb", "report.html"]


def test_a_new_page_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path):
    target = tmp_path / "public" / "report.html"
    database = write_released_database(tmp_path / "release.duckdb", note="First")
    write_report(database, target)
    first = target.stat().st_ino
    with target.open(encoding="utf-8") as reader:
        write_report(database, target)
        assert "First" in reader.read()
    assert target.stat().st_ino != first
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_page_has_the_mode_that_the_umask_gives(tmp_path):
    database = write_released_database(tmp_path / "release.duckdb")
    old = os.umask(0o027)
    try:
        write_report(database, tmp_path / "report.html")
    finally:
        os.umask(old)
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o640


def test_a_missing_database_is_named_with_its_remedy(tmp_path):
    with pytest.raises(ConfigurationError, match="nothing was released yet") as caught:
        write_report(tmp_path / "release.duckdb", tmp_path / "report.html")
    assert "Run the pipeline" in str(caught.value)
    assert not (tmp_path / "release.duckdb").exists()


def test_a_database_without_a_release_is_refused(tmp_path):
    database = write_released_database(tmp_path / "release.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute("DELETE FROM reporting.release")
    with pytest.raises(ConfigurationError, match="exactly one release"):
        write_report(database, tmp_path / "report.html")


def test_the_database_can_be_read_while_others_read_it(tmp_path):
    database = write_released_database(tmp_path / "release.duckdb")
    with duckdb.connect(str(database), read_only=True) as other:
        write_report(database, tmp_path / "report.html")
        assert other.execute("SELECT count(*) FROM reporting.kpi").fetchone() == (0,)
