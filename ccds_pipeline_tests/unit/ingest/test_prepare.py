"""What becomes of one chunk: every row is a record, a rejection or an exclusion; nothing personal is left."""

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pytest

from ccds_pipeline.deidentify.generalise import shipped_places
from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.ingest.conform.layout import layout_of, pick_columns
from ccds_pipeline.ingest.conform.prepare import Prepared, prepare
from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.programmes import tiny_programme

BOOKING = {
    "ref": "R1",
    "mail": "Ann@Example.org",
    "event": "see s-12",
    "when": "01/02/2022 09:00",
    "state": "paid",
    "employer": "",
    "job": "",
    "note": "",
}
RESPONSE = {
    "id": "1",
    "mail": "ann@example.org",
    "when": "01/02/2022 17:00",
    "It was clear": "Agree",
    "How sure are you?": "0",
    "Which tools?": "Git;Emacs;",
    "Git": "",
    "Subversion": "1",
    "Why?": "Because ann@example.org said so",
}


def prepared(
    source_id: str, *rows: Mapping[str, str | None], faults: tuple[str | None, ...] = ()
) -> Prepared:
    programme = tiny_programme()
    source = programme.sources_by_id[source_id]
    delivered = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in rows[0]}
    table = pa.table(
        {
            "@line": pa.array(range(2, len(rows) + 2), pa.int64()),
            "@fault": pa.array(faults or [None] * len(rows), pa.string()),
            **delivered,
        }
    )
    chunk = pick_columns(table, layout_of(source, table), file_number=1).to_pandas()
    return prepare(
        chunk,
        source=source,
        programme=programme,
        pseudonymiser=PSEUDONYMISER,
        places=shipped_places(),
        delivery="2022-02-02",
    )


def rules(outcome: Prepared) -> set[tuple[str, str]]:
    return set(zip(outcome.rejected["column_name"], outcome.rejected["rule"], strict=True))


def test_a_good_booking_becomes_a_pseudonymised_record():
    outcome = prepared("bookings", BOOKING)
    record = outcome.records.iloc[0]
    assert (record["session_code"], record["status"], record["line"]) == ("S-12", "booked", 2)
    assert record["booked_at"].isoformat() == "2022-02-01T09:00:00+00:00"
    assert (record["organisation_code"], record["staff_group"]) == ("unknown", "unknown")
    assert not {"email", "reference", "organisation", "job_title"} & set(outcome.records.columns)
    assert "ann" not in outcome.records.to_csv().lower()


def test_the_same_person_has_one_key_across_sources_and_spellings():
    booked = prepared("bookings", BOOKING).records["person_key"].iloc[0]
    answered = prepared("survey", RESPONSE | {"mail": " <ANN@example.org> "}).records["person_key"].iloc[0]
    assert booked == answered


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"when": "31/02/2022 09:00"}, ("booked_at", "not_a_timestamp")),
        ({"state": "maybe"}, ("status", "value_not_known")),
        ({"state": ""}, ("status", "value_missing")),
        ({"event": "no code"}, ("session_code", "pattern_not_found")),
        ({"event": None}, ("session_code", "value_missing")),
        ({"ref": " "}, ("key", "key_missing")),
        ({"mail": "x" * 400 + "@example.org"}, ("email", "email_is_short_enough")),
        ({"when": "01/02/1900 09:00"}, ("booked_at", "time_is_plausible")),
    ],
)
def test_a_broken_row_is_rejected_by_column_and_rule_and_the_others_load(change, rule):
    outcome = prepared("bookings", BOOKING, BOOKING | {"ref": "R2"} | change, BOOKING | {"ref": "R3"})
    assert rules(outcome) == {rule}
    assert list(outcome.rejected["line"]) == [3]
    assert list(outcome.records["line"]) == [2, 4]


def test_a_fault_of_the_reader_rejects_the_row_under_the_readers_rule():
    outcome = prepared("bookings", BOOKING, BOOKING, faults=(None, "row_too_long"))
    assert rules(outcome) == {("", "row_too_long")}
    assert len(outcome.records) == 1


def test_an_excluded_row_is_counted_under_its_reason_and_not_judged():
    outcome = prepared("bookings", BOOKING, BOOKING | {"note": " test ", "when": "nonsense"})
    assert list(outcome.excluded["reason"]) == ["test_booking"]
    assert rules(outcome) == set()


def test_answers_keep_zero_blank_and_not_applicable_apart():
    zero = prepared("survey", RESPONSE).answers
    blank = prepared("survey", RESPONSE | {"How sure are you?": " "}).answers
    none = prepared("survey", RESPONSE | {"How sure are you?": "n/a"}).answers
    found = [frame[frame["question_id"] == "sure"].iloc[0] for frame in (zero, blank, none)]
    assert [row["state"] for row in found] == ["answered", "blank", "not_applicable"]
    assert found[0]["score"] == 0
    assert pd.isna(found[1]["score"])
    assert pd.isna(found[2]["score"])


def test_multiple_answers_give_one_row_per_ticked_option_in_both_layouts():
    answers = prepared("survey", RESPONSE).answers
    ticked = answers.groupby("question_id")["option_code"].agg(sorted).to_dict()
    assert ticked["tools"] == ["git", "other"]
    assert ticked["editors"] == ["svn"]


@pytest.mark.parametrize("text", ["Don’t agree", " DON'T\u00a0AGREE ", "disagree"])
def test_a_label_that_drifted_in_typography_is_the_same_option(text):
    answers = prepared("survey", RESPONSE | {"It was clear": text}).answers
    assert answers.set_index("question_id").loc["clear", "option_code"] == "disagree"


@pytest.mark.parametrize("text", ["11", "-1", "7.5", "seven", "٧", "1e1"])
def test_a_score_outside_its_scale_is_set_aside_and_the_rest_of_the_response_is_staged(text):
    outcome = prepared("survey", RESPONSE, RESPONSE | {"id": "2", "How sure are you?": text})
    assert rules(outcome) == set()
    answers = outcome.answers.set_index(["line", "question_id"])["state"]
    assert (answers[3, "sure"], answers[3, "clear"]) == ("not_understood", "answered")
    assert set(outcome.comments["line"]) == {2, 3}


def test_of_alternatives_the_filled_one_counts_row_by_row_in_any_order_of_columns():
    rows = [
        BOOKING,
        BOOKING | {"mail": "", "e-mail": "ann@example.org"},
        BOOKING | {"e-mail": " ann@EXAMPLE.org"},
    ]
    full = [{"e-mail": ""} | row for row in rows]
    turned = [dict(reversed(row.items())) for row in full]
    for delivered in (full, turned):
        outcome = prepared("bookings", *delivered)
        assert len(outcome.records) == 3
        assert len(set(outcome.records["person_key"])) == 1


def test_alternatives_that_differ_reject_the_row():
    outcome = prepared("bookings", BOOKING | {"e-mail": "bo@example.org"})
    assert rules(outcome) == {("email", "columns_contradict")}
    assert len(outcome.records) == 0


def test_two_columns_of_one_name_refuse_the_file_and_are_both_named():
    with pytest.raises(FileRefusedError, match="Mail and mail") as caught:
        prepared("bookings", BOOKING | {"Mail": "bo@example.org"})
    assert caught.value.rule == "column_ambiguous"


def test_a_column_of_one_name_twice_that_nobody_asks_for_refuses_nothing():
    assert len(prepared("bookings", BOOKING | {"Diet": "1", "diet": "2"}).records) == 1


@pytest.mark.parametrize(
    ("when", "rule"),
    [
        ("04/02/2022 00:00", "after_the_delivery"),
        ("02/13/2022 09:00", "dates_in_another_order"),
        ("01/12/2022 09:00", "dates_in_another_order"),
        ("03/02/2022 23:59", None),
    ],
)
def test_what_happened_did_so_before_the_delivery_and_in_the_declared_order_of_dates(when, rule):
    outcome = prepared("bookings", BOOKING | {"when": when})
    assert rules(outcome) == ({("booked_at", rule)} if rule else set())


def test_comments_are_redacted():
    comments = prepared("survey", RESPONSE).comments
    assert "ann@example.org" not in comments["redacted_text"].iloc[0]
    assert comments["redaction_n"].iloc[0] == 1


def test_equal_content_has_an_equal_version_and_a_changed_answer_a_new_one():
    first = prepared("survey", RESPONSE).records.iloc[0]
    again = prepared("survey", RESPONSE | {"id": "9"}, RESPONSE).records.iloc[1]
    changed = prepared("survey", RESPONSE | {"How sure are you?": "1"}).records.iloc[0]
    assert first["version_key"] == again["version_key"]
    assert first["record_key"] == changed["record_key"]
    assert first["version_key"] != changed["version_key"]


def test_a_missing_required_column_refuses_the_file_and_names_the_column():
    without = {name: text for name, text in BOOKING.items() if name != "state"}
    with pytest.raises(FileRefusedError, match="state is missing") as caught:
        prepared("bookings", without)
    assert caught.value.rule == "column_missing"


def test_an_unmapped_column_is_dropped_and_counted():
    programme = tiny_programme()
    table = pa.table(
        {
            "@line": [2],
            "@fault": pa.array([None], pa.string()),
            **{k: [v] for k, v in (BOOKING | {"diet": "none"}).items()},
        }
    )
    layout = layout_of(programme.sources_by_id["bookings"], table)
    assert layout.unmapped == ("diet",)
    assert "diet" not in pick_columns(table, layout, file_number=1).column_names


def test_a_column_is_found_by_an_alternative_name_in_other_typography():
    renamed = {("E-Mail " if name == "mail" else name): text for name, text in BOOKING.items()}
    assert prepared("bookings", renamed).records["person_key"].notna().all()
