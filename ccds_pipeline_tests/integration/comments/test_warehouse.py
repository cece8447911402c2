"""Comments in a real warehouse: what is coded, counted, released, agreed on and quoted."""

import csv
import stat
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.comments.quotations import approve_quotation, approved_quotations
from ccds_pipeline.comments.read import read_comments
from ccds_pipeline.errors import CheckFailedError, UsageError
from ccds_pipeline.kpi.build import refresh_themes
from ccds_pipeline.release.build import build_candidate
from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.comment_tables import Command, connected, reference_of, write_warehouse
from ccds_pipeline_tests.support.comments import PROGRAMME_TEXT, Said, kitchen_programme, many

PROGRAMME = kitchen_programme()
SAID = [
    *many("I will make more soup every day.", 20),
    *many("We peel with a sharp knife.", 12, first=20),
    *many("nothing new", 30, first=40),
    Said("p90", "a cutting board", "hope", "before"),
    Said("p91", "old soup", state="superseded"),
]
# Keys of write_warehouse: number of the comment in SAID.
SOUP, KNIFE, LONELY, SUPERSEDED = "k0", "k20", "k62", "k63"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_warehouse(tmp_path / "data", SAID)


@pytest.fixture
def comments_command(data, monkeypatch, capsys) -> Command:
    return Command(data, monkeypatch, capsys)


def approve(data: Path, response_key: str, approver: str, question: str = "change") -> int:
    reference = reference_of(data, response_key)
    with connected(data) as connection:
        return approve_quotation(
            connection, PROGRAMME, reference=reference, question_id=question, approver=approver
        )


def quotable(data: Path) -> list[str]:
    with connected(data) as connection:
        return approved_quotations(connection, PROGRAMME)["redacted_text"].tolist()


def execute(data: Path, statement: str) -> None:
    with connected(data) as connection:
        connection.execute(sa.text(statement))


def recode(data: Path) -> None:
    with open_warehouse(data / "warehouse.duckdb") as engine:
        refresh_themes(engine, PROGRAMME)


def sorted_counts(data: Path) -> pd.DataFrame:
    with connected(data) as connection:
        return read_frame(connection, table_of("kpi.theme_count")).sort_values(
            list(table_of("kpi.theme_count").key), ignore_index=True
        )


def test_only_comments_of_valid_responses_are_coded_and_counted(data):
    with connected(data) as connection:
        coded = read_frame(connection, table_of("kpi.comment_theme"))
        counts = read_frame(connection, table_of("kpi.theme_count")).set_index(["question_id", "theme_id"])
    assert set(coded["response_key"]) == {f"k{number}" for number in range(63)}
    assert sorted(coded.loc[coded["response_key"] == SOUP, "theme_id"]) == ["habits", "soup"]
    assert not coded.duplicated(list(table_of("kpi.comment_theme").key)).any()
    of_change = counts.loc["change"]
    assert of_change.loc[["soup"], ["comments_n", "people_n", "of_comments_n"]].to_numpy().tolist() == [
        [20, 20, 62]
    ]
    assert counts.loc[("hope", "knives"), "people_n"] == 1


def test_a_comment_of_a_response_in_several_breakdowns_counts_once(data):
    before = sorted_counts(data)
    execute(
        data,
        "INSERT INTO kpi.valid_response BY NAME SELECT * REPLACE ('month' AS breakdown, '2022-03' AS level) "
        "FROM kpi.valid_response",
    )
    recode(data)
    pd.testing.assert_frame_equal(before, sorted_counts(data))


def test_coding_again_replaces_what_was_coded(data):
    execute(data, "DELETE FROM core.fact_comment WHERE redacted_text LIKE '%knife%'")
    recode(data)
    with connected(data) as connection:
        counts = read_frame(connection, table_of("kpi.theme_count")).set_index(["question_id", "theme_id"])
    assert counts.loc[("change", "knives"), "comments_n"] == 0
    assert counts.loc[("change", "soup"), "of_comments_n"] == 50


def test_the_release_holds_themes_and_no_column_of_a_person(data, tmp_path):
    target = tmp_path / "release.duckdb"
    with open_warehouse(data / "warehouse.duckdb") as engine:
        assert build_candidate(engine, PROGRAMME, target, note="")["theme"] == 7
    with duckdb.connect(str(target), read_only=True) as released:
        shown = released.execute(
            "SELECT theme_id, comments_n, share FROM reporting.theme "
            "WHERE NOT suppressed ORDER BY theme_order"
        ).fetchall()
        columns = {name for (name,) in released.execute("SELECT column_name FROM duckdb_columns").fetchall()}
    exact = {"soup": 20, "knives": 10, "habits": 20, "none": 30}
    assert {"soup", "habits"} <= {theme for theme, *_ in shown}
    assert all(abs(comments_n - exact[theme]) <= REACH for theme, comments_n, _ in shown)
    assert not columns & {"response_key", "respondent_key", "reference", "redacted_text", "words"}


@pytest.mark.attack("A15")
def test_two_different_people_have_to_approve_a_quotation(data):
    assert quotable(data) == []
    assert approve(data, SOUP, "Evaluation lead") == 1
    assert quotable(data) == []
    with pytest.raises(UsageError, match="approvers_differ"):
        approve(data, SOUP, " evaluation   LEAD ")
    assert approve(data, SOUP, "Data protection officer") == 2
    assert quotable(data) == ["I will make more soup every day."]


def test_approvals_are_only_ever_added(data):
    approve(data, SOUP, "lead")
    with connected(data) as connection:
        before = read_frame(connection, table_of("ops.quotation_approval"))
    approve(data, SOUP, "officer")
    with connected(data) as connection:
        after = read_frame(connection, table_of("ops.quotation_approval"))
    assert len(after) == 2
    assert before.to_numpy().tolist()[0] in after.to_numpy().tolist()
    assert not any("soup" in str(cell) for cell in after.to_numpy().ravel())


def test_a_comment_that_changed_loses_its_approvals_and_can_be_approved_anew(data):
    approve(data, SOUP, "lead")
    approve(data, SOUP, "officer")
    execute(data, "UPDATE core.fact_comment SET redacted_text = 'soup' WHERE response_key = 'k0'")
    recode(data)
    assert quotable(data) == []
    assert approve(data, SOUP, "lead") == 1
    assert approve(data, SOUP, "officer") == 2
    assert quotable(data) == ["soup"]


def test_a_quotation_whose_cell_became_small_is_withdrawn(data):
    approve(data, KNIFE, "lead")
    approve(data, KNIFE, "officer")
    assert len(quotable(data)) == 1
    execute(data, "DELETE FROM core.fact_comment WHERE response_key IN ('k21', 'k22')")
    recode(data)
    assert quotable(data) == []


@pytest.mark.attack("A15")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soup with Zebulon", "name"),
        ("soup 07700 900123", "digits"),
        ("soup at zebulon@kitchen.example", "address"),
    ],
)
def test_a_comment_that_may_name_somebody_is_refused_without_its_text(data, text, reason):
    execute(data, f"UPDATE core.fact_comment SET redacted_text = '{text}' WHERE response_key = 'k0'")
    with pytest.raises(CheckFailedError, match=reason) as refused:
        approve(data, SOUP, "lead")
    assert "ebulon" not in str(refused.value)
    assert "07700" not in str(refused.value)
    with connected(data) as connection:
        assert read_frame(connection, table_of("ops.quotation_approval")).empty


@pytest.mark.attack("A15")
def test_a_comment_in_a_small_cell_is_refused(data):
    with pytest.raises(CheckFailedError, match="small_cell"):
        approve(data, LONELY, "lead", question="hope")


def test_an_unknown_reference_another_question_or_a_blank_approver_is_a_usage_error(data, comments_command):
    reference = reference_of(data, SOUP)
    for words, rule in (
        (("quote", "r000000000000", "--question", "change", "--approver", "lead"), "reference_is_known"),
        (("quote", reference, "--question", "hope", "--approver", "lead"), "reference_is_known"),
        (("quote", reference, "--question", "change", "--approver", "  "), "approver_is_named"),
        (("quote", reference, "--question", "change", "--approver", "a" * 101), "approver_is_named"),
        (("quote", reference, "--question", "change", "--approver", "a\x1bb"), "approver_is_named"),
    ):
        printed = comments_command(*words)
        assert printed.code == 2, rule
        assert f"[{rule}]" in printed.stderr


def test_superseded_comments_are_not_read(data):
    with connected(data) as connection:
        assert SUPERSEDED not in set(read_comments(connection)["response_key"])


def test_approved_quotations_are_listed_and_written_without_a_reference(data, comments_command, tmp_path):
    reference = reference_of(data, SOUP)
    out = tmp_path / "quotations.csv"
    for approver in ("lead", "officer"):
        run = comments_command("quote", reference, "--question", "change", "--approver", approver)
        assert run.code == 0, run.stderr
        assert "soup" not in run.stdout + run.stderr
    listed = comments_command("quotations")
    assert f"{reference}  change: I will make more soup every day.\n" in listed.stdout
    assert "Restricted" in listed.stdout
    assert comments_command("quotations", "--out", out).code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["question", "quotation"],
            ["What will you change?", "I will make more soup every day."],
        ]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert comments_command("quotations", "--out", out).code == 2


def test_a_sheet_goes_out_comes_back_and_its_agreement_is_stored(data, comments_command, tmp_path):
    out = tmp_path / "sheet.csv"
    assert comments_command("sample", "--out", out, "--size", "40").code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    for row in rows:
        row["soup" if "soup" in row["text"] else "none"] = "x"
    paths = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for path in paths:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        rows[0].update(soup="", none="x")
    printed = comments_command("agreement", *paths)
    assert printed.code == 0, printed.stderr
    assert "40 coded, 0 not coded yet" in printed.stderr
    with connected(data) as connection:
        stored = read_frame(connection, table_of("kpi.coder_agreement")).set_index(
            ["coder", "other_coder", "theme_id"]
        )
    assert len(stored) == 12
    first = stored.loc["lexicon"].loc["coder_1"]
    assert first.loc[["soup"], ["kappa", "comments_n"]].to_numpy().tolist() == [[1, 40]]
    assert first.loc[["knives"], "kappa"].tolist() == [0]
    assert comments_command("agreement", paths[0]).code == 0
    with connected(data) as connection:
        assert len(read_frame(connection, table_of("kpi.coder_agreement"))) == 4


def test_a_refused_sheet_leaves_the_stored_agreement_alone(data, comments_command, tmp_path):
    out = tmp_path / "sheet.csv"
    comments_command("sample", "--out", out, "--size", "5")
    marked = tmp_path / "marked.csv"
    text = out.read_text(encoding="utf-8-sig")
    marked.write_text(text.replace(",,,\n", ",,,x\n"), encoding="utf-8")
    assert comments_command("agreement", marked).code == 0
    out.write_text(text.replace(",,,\n", ",,,?\n"), encoding="utf-8")
    refused = comments_command("agreement", marked, out)
    assert (refused.code, "[mark_is_known]" in refused.stderr) == (1, True)
    assert comments_command("agreement", marked, marked, marked).code == 2
    with connected(data) as connection:
        assert len(read_frame(connection, table_of("kpi.coder_agreement"))) == 4


def test_topics_are_printed_as_restricted_and_too_few_comments_are_reported(comments_command):
    printed = comments_command("explore", "--topics", "2", "--question", "change")
    assert printed.code == 0, printed.stderr
    assert printed.stdout.startswith("Restricted")
    assert "soup" in printed.stdout
    assert "board" not in printed.stdout
    few = comments_command("explore", "--question", "hope")
    assert (few.code, "[enough_comments]" in few.stderr) == (1, True)
    assert comments_command("explore", "--question", "absent").code == 2


def test_without_a_warehouse_the_remedy_is_to_run_the_pipeline(tmp_path, monkeypatch, capsys):
    (tmp_path / "kitchen.yaml").write_text(PROGRAMME_TEXT, encoding="utf-8")
    printed = Command(tmp_path, monkeypatch, capsys)("explore")
    assert printed.code == 3
    assert "ccds run" in printed.stderr
